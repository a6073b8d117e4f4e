"""The deployment as its users run it: images, compose files, a real container engine. `make deploy-test` runs them."""
