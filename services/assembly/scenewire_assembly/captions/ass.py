"""The language in which libass is told what to draw. Pure.

Text comes from outside: nothing in it is obeyed as markup.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection
from typing import Final

import pysubs2

from scenewire.messages import Look
from scenewire_assembly.captions.line_breaking import columns

__all__ = [
    "FONT",
    "WHITE",
    "colour",
    "columns_in",
    "drawable",
    "enlargement",
    "escaped",
    "event",
    "lines_of",
    "margin",
    "text_style",
]

FONT: Final = "DejaVu Sans"
"""Comes with the product. Where it lacks a letter, libass takes another font that has it."""

WHITE: Final = pysubs2.Color(255, 255, 255)

_EM: Final = 0.86
"""Of this font's line height, the em; libass sizes fonts by the former."""

_LETTER: Final = 0.64
"""Mean width of a letter in this bold font, in ems."""

_WIDE_LETTER: Final = 0.7
"""Width of a Chinese character, of its font's line height."""

_WIDE_LARGER: Final = 1.4

_TALL: Final = (
    (re.compile(r"[\u0e00-\u0eff\u0f00-\u109f\u1780-\u17ff]"), 1.3),  # Thai, Lao, Tibetan, Burmese, Khmer
    (re.compile(r"[\u0900-\u0dff]"), 1.2),  # the scripts of India
    (re.compile(r"[\u0590-\u08ff]"), 1.12),  # Hebrew, Arabic and their neighbours
)
"""Scripts, and how much larger their letters may be."""

_TEXT_WIDTH: Final = 0.88
"""Of the picture's width: what text may fill."""

_DIRECTION: Final = -1
"""libass's word for: the text itself says whether it runs from left or from right, whatever its colours."""


def columns_in(look: Look, size: float) -> float:
    """How many letters of that size fill a line."""
    return look.width * _TEXT_WIDTH / (size * _EM * _LETTER)


def margin(look: Look) -> int:
    """Pixels that stay free on either side."""
    return round(look.width * (1 - _TEXT_WIDTH) / 2)


def text_style(look: Look, size: float) -> pysubs2.SSAStyle:
    """White letters of that size, between the margins."""
    side = margin(look)
    return pysubs2.SSAStyle(
        fontname=FONT,
        fontsize=round(size, 2),
        bold=True,
        primarycolor=WHITE,
        alignment=pysubs2.Alignment.BOTTOM_CENTER,
        marginl=side,
        marginr=side,
        encoding=_DIRECTION,
    )


def event(look: Look, start: int, end: int, text: str, style: str, *, layer: int = 0) -> pysubs2.SSAEvent:
    """From frame `start` up to and without frame `end`. ASS counts hundredths: a frame begins within or after its own."""
    return pysubs2.SSAEvent(
        start=start * 100 // look.frame_rate * 10,
        end=end * 100 // look.frame_rate * 10,
        text=text,
        style=style,
        layer=layer,
    )


def escaped(text: str) -> str:
    """Text that libass draws as it stands; a word joiner parts a backslash from what it would command."""
    return text.replace("\\", "\\\u2060").replace("{", r"\{").replace("}", r"\}")


def drawable(text: str, undrawable: Collection[str]) -> str:
    """The text without those characters; nothing if only marks and punctuation remain of it."""
    kept = "".join(character for character in text if character not in undrawable)
    return kept if kept == text or any(character.isalnum() for character in kept) else ""


def colour(code: str, alpha: int = 0) -> pysubs2.Color:
    """From `RRGGBB`; an alpha of 255 is not seen."""
    red, green, blue = bytes.fromhex(code)
    return pysubs2.Color(red, green, blue, alpha)


def enlargement(text: str) -> float:
    """By how much letters may be larger so that every script is read as well as Latin.

    libass gives all fonts the same height of line. Fonts of scripts with marks above and below need much of it for them,
    and Chinese characters are finer than letters. A text of both is enlarged no more than keeps it in its columns.
    """
    letters = [character for character in text if character.isalpha()]
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in letters)
    scripts = Counter(next((name for name, share in _TALL if name.match(character)), None) for character in letters)
    (script, count), *_ = scripts.most_common(1) or [(None, 0)]
    if wide:
        others = columns(text) - 2 * wide
        narrow = _EM * _LETTER
        return max(1.0, min(_WIDE_LARGER, narrow * (others + 2 * wide) / (narrow * others + _WIDE_LETTER * wide)))
    return dict(_TALL)[script] if script is not None and 2 * count >= len(letters) else 1.0


def lines_of(look: Look, text: str, size: float) -> float:
    """How many lines a text of that size fills."""
    return columns(text) / columns_in(look, size)
