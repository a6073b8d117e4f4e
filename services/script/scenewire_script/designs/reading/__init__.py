"""Reads sentences: words, clauses, numbers, quantities and years, by the words of their language."""
