"""Projects as people and programs see them, and what they can ask for."""
