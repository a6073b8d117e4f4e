"""Tests of the deployment with images, compose files and a real container engine; run by `make deploy-test`."""
