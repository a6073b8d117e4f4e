"""Sound files that an order brings along."""

from typing import Final

__all__ = ["SOUND_FORMATS"]

SOUND_FORMATS: Final = "an mp3, wav, flac, ogg, opus or m4a"
"""For errors."""
