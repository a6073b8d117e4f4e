"""Rules by kind of text. Each module returns its rules for a language; earlier rules win."""
