"""Text on the picture and beside it: captions, title cards, subtitle files, fonts."""
