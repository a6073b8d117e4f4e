"""Speech engines behind one interface, and the selection between them."""
