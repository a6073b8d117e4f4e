"""The schema, step by step. A released step never changes."""
