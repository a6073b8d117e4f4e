"""The video's sound: narration, music, ducking, loudness."""
