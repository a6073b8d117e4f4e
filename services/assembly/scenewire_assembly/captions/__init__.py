"""Text: captions, title cards, subtitle files, fonts."""
