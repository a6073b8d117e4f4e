"""Rebuilds the record, compares it with the stream, and removes what is no longer needed."""
