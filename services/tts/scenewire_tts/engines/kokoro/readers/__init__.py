"""Readers of the languages whose phonemes espeak-ng does not have: Japanese and Chinese."""
