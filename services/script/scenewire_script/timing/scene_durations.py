"""Divides the duration of a video among its scenes. Pure.

Words vary in length: measured per word, the pace of one voice seems to vary by a fifth between sentences. Measured by
the letters, digits and pauses that take time, it varies by half of that, so scenes divided this way sound alike
(`docs/length.md`).
"""

import re
from collections.abc import Sequence
from typing import Final

__all__ = ["can_speak", "divide_duration"]

_DIGIT_WEIGHT: Final = 5
"""Letters that take as long to speak as a digit, which is a word."""

_SYLLABLE_WEIGHT: Final = 4
"""For a character that is a syllable, such as 海."""

_PAUSE_WEIGHTS: Final = ((re.compile(r"[,;:–—、，；：]"), 5), (re.compile(r"[.!?…。！？]+"), 9))
"""For the pause at a punctuation mark."""

_SCENE_WEIGHT: Final = 5
"""For the silence after a scene."""

_MAX_WEIGHT_PER_S: Final = 30
"""Twice a usual pace; nobody speaks faster."""


def can_speak(texts: Sequence[str], seconds: float) -> bool:
    """Returns whether texts can be spoken within so many seconds."""
    return sum(map(_weight, texts)) <= seconds * _MAX_WEIGHT_PER_S


def divide_duration(texts: Sequence[str], seconds: float) -> list[float]:
    """Returns the seconds of each text; they add up to `seconds`."""
    weights = [_weight(text) for text in texts]
    return [round(seconds * weight / sum(weights), 2) for weight in weights]


def _weight(text: str) -> int:
    """Returns the speaking time of a text, in letters."""
    digits = sum(map(str.isdigit, text))
    syllables = sum(character.isalpha() and character >= "\u3041" for character in text)
    letters = sum(map(str.isalpha, text)) - syllables
    pauses = sum(weight * len(sign.findall(text)) for sign, weight in _PAUSE_WEIGHTS)
    return letters + _DIGIT_WEIGHT * digits + _SYLLABLE_WEIGHT * syllables + pauses + _SCENE_WEIGHT
