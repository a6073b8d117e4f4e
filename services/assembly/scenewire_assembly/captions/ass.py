"""Building blocks of ASS scripts, the format that libass draws. Pure.

Texts come from outside: nothing in them is executed as markup.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

import pysubs2

from scenewire.messages import Look
from scenewire_assembly.captions.fallback_fonts import fallback_of
from scenewire_assembly.captions.fonts import BUNDLED_FAMILY
from scenewire_assembly.captions.line_breaking import columns

__all__ = ["EM", "WHITE", "Canvas", "colour", "colour_code", "enlargement", "escaped", "runs_from_right"]

WHITE: Final = pysubs2.Color(255, 255, 255)

EM: Final = 0.86
"""The em of this font as a share of its line height; libass sizes fonts by line height."""

_LETTER: Final = 0.64
"""Mean width of a letter of this bold font, in ems."""

_WIDE_LETTER: Final = 0.7
"""Width of a Chinese character as a share of its font's line height."""

_MAX_WIDE_ENLARGEMENT: Final = 1.4

_ARABIC: Final = re.compile(r"[\u0600-\u08ff]")
_ARABIC_ENLARGEMENT: Final = 1.12
"""Its letters are small in the bundled font."""

_TEXT_WIDTH: Final = 0.88
"""Share of the picture's width that text may fill."""

_DIRECTION_FROM_TEXT: Final = -1
"""libass's code for: the text decides whether it runs from the left or the right, regardless of its colours."""


@dataclass(frozen=True)
class Canvas:
    """The picture that text is drawn into.

    Attributes:
        look: its size, frame rate and caption style.
        frames: its length.
        undrawable: characters that no font has; they are left out.
    """

    look: Look
    frames: int
    undrawable: frozenset[str] = frozenset()

    @property
    def width(self) -> int:
        """Pixels."""
        return self.look.width

    @property
    def height(self) -> int:
        """Pixels."""
        return self.look.height

    @property
    def upright(self) -> bool:
        """Whether the picture is higher than wide."""
        return self.look.height > self.look.width

    @property
    def margin(self) -> int:
        """Pixels that stay free on either side."""
        return round(self.width * (1 - _TEXT_WIDTH) / 2)

    def columns(self, size: float) -> float:
        """Number of letters of that size that fill a line."""
        return self.width * _TEXT_WIDTH / (size * EM * _LETTER)

    def lines(self, text: str, size: float) -> float:
        """Number of lines that a text of that size fills."""
        return columns(text) / self.columns(size)

    def text_style(self, size: float) -> pysubs2.SSAStyle:
        """White letters of that size between the margins."""
        return pysubs2.SSAStyle(
            fontname=BUNDLED_FAMILY,
            fontsize=round(size, 2),
            bold=True,
            primarycolor=WHITE,
            alignment=pysubs2.Alignment.BOTTOM_CENTER,
            marginl=self.margin,
            marginr=self.margin,
            encoding=_DIRECTION_FROM_TEXT,
        )

    def event(self, start: int, end: int, text: str, style: str, *, layer: int = 0) -> pysubs2.SSAEvent:
        """Text from frame `start` up to, not including, frame `end`.

        ASS counts hundredths of a second: each time is rounded down to the hundredth in which its frame starts.
        """
        return pysubs2.SSAEvent(
            start=start * 100 // self.look.frame_rate * 10,
            end=end * 100 // self.look.frame_rate * 10,
            text=text,
            style=style,
            layer=layer,
        )

    def drawable(self, text: str) -> str:
        """The text without undrawable characters; empty if only marks and punctuation remain."""
        kept = "".join(character for character in text if character not in self.undrawable)
        return kept if kept == text or any(character.isalnum() for character in kept) else ""


def escaped(text: str) -> str:
    """Escapes a text so that libass draws it as it is. A word joiner separates a backslash from a command letter."""
    return text.replace("\\", "\\\u2060").replace("{", r"\{").replace("}", r"\}")


def colour_code(code: str) -> str:
    """`RRGGBB` as commands within a text write it."""
    return f"&H{code[4:6]}{code[2:4]}{code[0:2]}&"


def runs_from_right(text: str) -> bool:
    """Whether a text runs from the right, by its first letter that has a direction."""
    directions = (unicodedata.bidirectional(character) for character in text)
    return next((direction != "L" for direction in directions if direction in {"L", "R", "AL"}), False)


def colour(code: str, alpha: int = 0) -> pysubs2.Color:
    """A colour from `RRGGBB`; alpha 255 is invisible."""
    red, green, blue = bytes.fromhex(code)
    return pysubs2.Color(red, green, blue, alpha)


def enlargement(text: str) -> float:
    """The factor by which letters may be larger, so that each script reads as well as Latin.

    libass gives all fonts the same line height. Scripts with marks above and below leave little of it for the letters,
    and Chinese characters have finer strokes. Mixed text is enlarged only as far as it stays in its columns.
    """
    letters = [character for character in text if character.isalpha()]
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in letters)
    if wide:
        others = columns(text) - 2 * wide
        narrow = EM * _LETTER
        factor = narrow * (others + 2 * wide) / (narrow * others + _WIDE_LETTER * wide)
        return max(1.0, min(_MAX_WIDE_ENLARGEMENT, factor))
    if 2 * sum(_ARABIC.match(character) is not None for character in letters) >= len(letters) > 0:
        return _ARABIC_ENLARGEMENT
    fallback = fallback_of(text)
    return max(1.0, fallback.line * fallback.size * EM) if fallback else 1.0
