"""The script writer that uses a language model at Groq."""
