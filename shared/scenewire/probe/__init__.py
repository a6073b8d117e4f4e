"""Measures media files, and prepares pictures, in a bounded process of its own."""
