"""Files that an order brings along: clips, pictures, recordings, music, a background."""
