"""Script writers behind one interface."""
