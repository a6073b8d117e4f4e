"""Tables of words, a file per language."""
