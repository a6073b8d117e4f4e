"""Creates the streams, durables and passwords of a bus."""
