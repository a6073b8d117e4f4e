"""A scene's picture: clips scaled and joined, or a background, encoded once."""
