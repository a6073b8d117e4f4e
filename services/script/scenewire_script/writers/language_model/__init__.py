"""The script writer that uses a language model, and the clients of its providers."""
