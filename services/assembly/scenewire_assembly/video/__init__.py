"""The whole video: joined segments, chapters, and the files delivered with it."""
