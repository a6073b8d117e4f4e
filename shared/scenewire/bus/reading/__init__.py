"""Reads what the bus has stored, without consumers."""
