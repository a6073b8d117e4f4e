"""How a film's time is shared out among its scenes. Pure.

Words are what is ordered from a writer, but they are long and short: by the word, the pace of one voice seems to vary
by a fifth from sentence to sentence. By what takes time in them it varies by half of that, so that scenes which keep to
their share sound alike (`docs/length.md`).
"""

import re
from collections.abc import Sequence
from typing import Final

__all__ = ["shares"]

_DIGIT: Final = 5
"""Letters that take as long to speak as a digit; it stands for a word."""

_SYLLABLE: Final = 4
"""The same for a character that is a syllable, such as 海."""

_PAUSES: Final = ((re.compile(r"[,;:–—、，；：]"), 5), (re.compile(r"[.!?…。！？]+"), 9))
"""The same for the pause at a sign."""

_SCENE: Final = 5
"""The same for the silence after a scene."""


def shares(texts: Sequence[str], seconds: float) -> list[float]:
    """How long each text is to last, in seconds, for all of them to last `seconds`."""
    weights = [_weight(text) for text in texts]
    return [round(seconds * weight / sum(weights), 2) for weight in weights]


def _weight(text: str) -> int:
    """What takes time in a text, in letters."""
    digits = sum(map(str.isdigit, text))
    syllables = sum(character.isalpha() and character >= "\u3041" for character in text)
    letters = sum(map(str.isalpha, text)) - syllables
    pauses = sum(weight * len(sign.findall(text)) for sign, weight in _PAUSES)
    return letters + _DIGIT * digits + _SYLLABLE * syllables + pauses + _SCENE
