"""Measures media files in a bounded process of its own."""
