"""Lines, tables and wording for the terminal."""
