"""Themes: colours, typefaces, motion and grounds, as data."""
