"""No voice: the narration of scenes that are read, not heard."""
