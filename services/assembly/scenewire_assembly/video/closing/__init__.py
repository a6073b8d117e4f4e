"""The end of a video: the card with its credits, and the segment that shows it."""
