"""The script writer that asks a language model at Groq."""
