"""How libass draws writing systems that the bundled fonts lack, in Noto Sans. Pure data.

libass gives each font the same height of a line, whatever part of it the letters take: without these numbers, Burmese letters
would be half as large as Latin ones.
"""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Final

__all__ = ["SYMBOL_SIZE", "Fallback", "fallback_of", "is_symbol"]

_MAX_EXTENT: Final = 1.2
"""Ems that letters with all their marks may reach from the lowest to the highest point, so that lines do not touch."""

SYMBOL_SIZE: Final = 1.08
"""Size of emoji for libass, ems of the letters beside them: Noto Emoji's line has 1.17, and its pictures are large."""

_SYMBOLS: Final = frozenset({"So", "Sk", "Cf"})
"""Categories of emoji and of what joins them."""

_AS_PICTURE: Final = "\ufe0f"
"""Asks for the coloured form of the symbol before it."""


@dataclass(frozen=True)
class Fallback:
    """A font of one writing system. Lengths are ems.

    Attributes:
        letters: pattern of its characters.
        ascent: of a line, above the base line.
        line: height of a line.
        column: mean width of a column, and a little more.
        extent: from the lowest mark to the highest one.
        depth: of the lowest mark below the base line.
    """

    letters: str
    ascent: float
    line: float
    column: float
    extent: float
    depth: float

    @cached_property
    def size(self) -> float:
        """Size at which its lines keep apart, ems of Latin letters."""
        return min(1.0, _MAX_EXTENT / self.extent)


_FALLBACKS: Final = (
    Fallback(r"[\u0900-\u097f]", 1.35, 1.91, 0.61, 1.18, 0.28),  # Devanagari
    Fallback(r"[\u0980-\u09ff]", 0.99, 1.40, 0.61, 1.18, 0.28),  # Bengali
    Fallback(r"[\u0a00-\u0a7f]", 0.90, 1.30, 0.63, 1.20, 0.30),  # Gurmukhi
    Fallback(r"[\u0a80-\u0aff]", 1.08, 1.48, 0.65, 1.16, 0.27),  # Gujarati
    Fallback(r"[\u0b00-\u0b7f]", 1.07, 1.36, 0.75, 1.17, 0.28),  # Oriya
    Fallback(r"[\u0b80-\u0bff]", 0.87, 1.24, 0.99, 1.17, 0.32),  # Tamil
    Fallback(r"[\u0c00-\u0c7f]", 0.99, 1.48, 0.75, 1.27, 0.40),  # Telugu
    Fallback(r"[\u0c80-\u0cff]", 1.10, 1.65, 0.80, 1.19, 0.38),  # Kannada
    Fallback(r"[\u0d00-\u0d7f]", 0.86, 1.25, 0.95, 1.19, 0.34),  # Malayalam
    Fallback(r"[\u0d80-\u0dff]", 1.01, 1.31, 0.95, 1.27, 0.30),  # Sinhala
    Fallback(r"[\u0e00-\u0e7f]", 1.06, 1.51, 0.58, 1.30, 0.26),  # Thai
    Fallback(r"[\u1000-\u109f]", 1.32, 2.18, 0.87, 1.47, 0.47),  # Burmese
    Fallback(r"[\u1200-\u137f]", 1.07, 1.36, 0.69, 0.94, 0.07),  # Ethiopic
    Fallback(r"[\u1780-\u17ff]", 1.16, 1.86, 0.63, 1.22, 0.28),  # Khmer
    Fallback(
        r"[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uff60]", 1.16, 1.45, 0.52, 1.0, 0.12
    ),  # CJK
)
_PATTERNS: Final = tuple((re.compile(fallback.letters), fallback) for fallback in _FALLBACKS)


def fallback_of(text: str) -> Fallback | None:
    """Returns the font of the writing system that a text mostly has; None if it is not among those that are known."""
    found = Counter(
        next((fallback for pattern, fallback in _PATTERNS if pattern.match(character)), None)
        for character in text
        if character.isalpha()
    )
    return max(found, key=lambda fallback: found[fallback], default=None)


def is_symbol(character: str) -> bool:
    """Whether a character is an emoji or belongs to one: no letter, so that the font of a text does not depend on it."""
    return character == _AS_PICTURE or unicodedata.category(character) in _SYMBOLS
