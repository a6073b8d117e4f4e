"""Rows that follow from the message log."""
