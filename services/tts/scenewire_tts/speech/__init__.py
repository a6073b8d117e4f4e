"""From a scene's text to its narration: spoken text, pace, word times, audio formats."""
