"""Edits of storyboards: each makes the next revision of its project."""
