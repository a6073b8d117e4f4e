"""Measures text as libass draws it: with the font's advances and kerning."""

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from scenewire_assembly.captions.fallback_fonts import Fallback, fallback_of
from scenewire_assembly.captions.line_breaking import columns

__all__ = ["Face"]

_FALLBACK_COLUMN: Final = 0.62
"""Estimated width of a column of an unknown font, ems: wider than most letters, so that no text leaves its zone."""


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
        if self.covers(text):
            return _advance(self.path, text) * em + spacing * len(text)
        own = "".join(filter(self.covers, text))
        estimated = (columns(text) - columns(own)) * self.column(text)
        factor = self.font_size(1, text) / self.font_size(1)
        return (_advance(self.path, own) * factor + estimated) * em + spacing * len(text)

    def column(self, text: str) -> float:
        """The estimated width of a column of those letters of a text that the font lacks, ems."""
        fallback = fallback_of(text)
        return fallback.column * fallback.size if fallback else _FALLBACK_COLUMN

    def widths(self, words: Iterable[str], em: float, spacing: float = 0) -> list[float]:
        """The widths of words."""
        return [self.width(word, em, spacing) for word in words]

    def font_size(self, em: float, text: str = "") -> float:
        """The size for libass, which is the height of a line.

        Args:
            em: size of the letters.
            text: what is drawn; another font's lines have another height.
        """
        fallback = self._fallback(text)
        return em * (fallback.line * fallback.size if fallback else _metrics(self.path)[1])

    def top(self, baseline: float, em: float, text: str = "") -> float:
        """The upper edge of the line box whose letters stand on a base line; the arguments are those of `font_size`."""
        ascent, line, _ = _metrics(self.path)
        fallback = self._fallback(text)
        if fallback is None:
            return baseline - em * ascent
        own = ascent / line * fallback.line if any(map(self.covers, text)) else 0.0  # the tallest font of a line counts
        return baseline - em * fallback.size * max(own, fallback.ascent)

    def depth(self, em: float, text: str) -> float:
        """How far letters that the font lacks reach below the base line; 0 for its own."""
        fallback = self._fallback(text)
        return em * fallback.size * fallback.depth if fallback else 0.0

    def _fallback(self, text: str) -> Fallback | None:
        return None if self.covers(text) else fallback_of(text)

    def capital(self, em: float) -> float:
        """The height of capital letters."""
        return em * _metrics(self.path)[2]


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
