"""The engine that asks a speech server with the OpenAI interface."""
