"""Follows a project on the bus and shows how far it is."""
