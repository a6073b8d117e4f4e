"""Sound of the video: narration, music, ducking, loudness."""
