"""The Kokoro neural voice: phonemes, utterances, audio chunks."""
