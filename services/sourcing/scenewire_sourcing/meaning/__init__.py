"""Compares texts of any languages by their meaning, where the extra `meaning` is installed."""
