"""The data folder, the embedded bus and services, and connections to running ones."""
