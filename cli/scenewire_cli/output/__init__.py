"""Words, tables and numbers for the terminal."""
