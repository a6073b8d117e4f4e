"""Spoken text, pace, word times and audio formats of narrations."""
