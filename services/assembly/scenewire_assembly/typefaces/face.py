"""Measures text as libass draws it: with the font's advances and kerning."""

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from scenewire_assembly.captions.line_breaking import columns

__all__ = ["Face"]

_FALLBACK_COLUMN: Final = 0.62
"""Estimated width of a column of a fallback font, in ems: wider than most letters, so that no text leaves its zone."""

_WIDE_LETTERS: Final = (
    (re.compile(r"[\u0b80-\u0bff\u0d00-\u0d7f\u1000-\u109f]"), 1.3),  # Tamil, Malayalam, Burmese
    (re.compile(r"[\u0900-\u0b7f\u0c00-\u0cff\u0d80-\u0dff\u1780-\u17ff]"), 0.9),  # other scripts of India, Khmer
)
"""Scripts whose letters are wider, and the width of a column."""


class Face:
    """A font at any size. All lengths are in the unit of the given em.

    Args:
        family: its name for libass.
        path: the font file.
        bold: whether libass must ask for the bold font of the family.
    """

    def __init__(self, family: str, path: Path, *, bold: bool = False) -> None:
        self.family = family
        self.path = path
        self.bold = bold

    def covers(self, text: str) -> bool:
        """Whether the font has every character of a text."""
        return all(character.isspace() or ord(character) in _characters(self.path) for character in text)

    def width(self, text: str, em: float, spacing: float = 0) -> float:
        """The width of one line of text.

        Exact where the font covers the text; libass takes another font for the rest, whose width is estimated.

        Args:
            text: one line.
            em: size of the letters.
            spacing: added after each letter.
        """
        own = text if self.covers(text) else "".join(filter(self.covers, text))
        estimated = 0.0 if own == text else (columns(text) - columns(own)) * _fallback_column(text)
        return (_advance(self.path, own) + estimated) * em + spacing * len(text)

    def widths(self, words: Iterable[str], em: float, spacing: float = 0) -> list[float]:
        """The widths of words."""
        return [self.width(word, em, spacing) for word in words]

    def font_size(self, em: float) -> float:
        """The size for libass, which is the height of a line."""
        return em * _metrics(self.path)[1]

    def top(self, baseline: float, em: float) -> float:
        """The upper edge of the line box whose letters stand on a base line."""
        return baseline - em * _metrics(self.path)[0]

    def capital(self, em: float) -> float:
        """The height of capital letters."""
        return em * _metrics(self.path)[2]


def _fallback_column(text: str) -> float:
    return next((width for script, width in _WIDE_LETTERS if script.search(text)), _FALLBACK_COLUMN)


@lru_cache(maxsize=64)
def _shaper(path: Path) -> tuple[Any, Any]:
    import uharfbuzz  # noqa: PLC0415 - what the library is imported for happens here alone

    face = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(path)))
    return uharfbuzz.Font(face), face


@lru_cache(maxsize=8192)
def _advance(path: Path, text: str) -> float:
    """The width of a line in ems."""
    import uharfbuzz  # noqa: PLC0415 - likewise

    font, face = _shaper(path)
    buffer = uharfbuzz.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    uharfbuzz.shape(font, buffer)
    return float(sum(position.x_advance for position in buffer.glyph_positions or ()) / face.upem)


@lru_cache(maxsize=64)
def _characters(path: Path) -> frozenset[int]:
    return frozenset(_shaper(path)[1].unicodes)


@lru_cache(maxsize=64)
def _metrics(path: Path) -> tuple[float, float, float]:
    """Ascent, height of a line and height of capitals, in ems. libass takes the first two from the Windows metrics."""
    face = _shaper(path)[1]
    table = face.reference_table("OS/2").data
    ascent, descent = (int.from_bytes(table[at : at + 2], "big") for at in (74, 76))
    capital = int.from_bytes(table[88:90], "big", signed=True) if len(table) >= 90 else round(0.7 * face.upem)
    return ascent / face.upem, (ascent + descent) / face.upem, capital / face.upem
