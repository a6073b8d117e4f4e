"""Breaks words into lines, and finds the size at which they fit. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

__all__ = [
    "Line",
    "Measure",
    "Piece",
    "Word",
    "beginnings",
    "fit",
    "joined",
    "pieces_of",
    "text_of",
    "words_of",
    "wrap",
]

_STEP: Final = 0.96
"""Sizes and widths shrink by this factor until the text fits."""

_MIN_SIZE: Final = 0.45
"""Below this share of its size, a design is refused."""

_ENDS: Final = (":", ";", " \u2013 ", " \u2014 ", ",", "?", "!")
"""Where the beginning of a title that is too long can end."""


@dataclass(frozen=True)
class Word:
    """A part of a text that is never broken, and the frame at which it is spoken."""

    text: str
    frame: int
    spaced: bool = True
    """Whether a space separates it from the word before it on the same line."""


def joined(words: Iterable[Word]) -> str:
    """Words as one line of text."""
    return "".join((" " if word.spaced and index else "") + word.text for index, word in enumerate(words))


@dataclass(frozen=True)
class Piece:
    """Words that stay on one line.

    Attributes:
        words: in order.
        strong: whether they are marked.
    """

    words: tuple[Word, ...]
    strong: bool = False

    @property
    def text(self) -> str:
        """Its words with spaces."""
        return joined(self.words)


Line = tuple[Piece, ...]
Measure = Callable[[str], float]
"""The width of a line of text."""


def wrap(pieces: Sequence[Piece], measure: Measure, width: float) -> list[Line]:
    """Breaks pieces into as few lines as they need, balanced: the narrowest width that keeps the number of lines."""
    lines = _broken(pieces, measure, width)
    narrower = width
    while len(lines) > 1:
        narrower *= _STEP
        balanced = _broken(pieces, measure, narrower)
        if len(balanced) > len(lines) or _widest(balanced, measure) > narrower:
            break
        lines = balanced
    return lines


def fit(
    pieces: Sequence[Piece],
    measure: Callable[[float], Measure],
    em: float,
    width: float,
    most: int,
    *,
    height: Callable[[float, int], bool] = lambda _em, _lines: True,
) -> tuple[float, list[Line]] | None:
    """The largest size at which pieces fit a number of lines, and the lines; None if it would be too small.

    Args:
        pieces: the text.
        measure: returns, for a size, how wide lines are.
        em: the size to begin with.
        width: of a line.
        most: number of lines.
        height: whether so many lines of a size are not too high.
    """
    size = em
    while size > em * _MIN_SIZE:
        lines = wrap(pieces, measure(size), width)
        if len(lines) <= most and _widest(lines, measure(size)) <= width and height(size, len(lines)):
            return size, lines
        size *= _STEP
    return None


def pieces_of(words: Iterable[Word]) -> list[Piece]:
    """A piece for each word, so that lines may break between any two."""
    return [Piece((word,)) for word in words]


def text_of(line: Line) -> str:
    """A line as text."""
    return joined(words_of(line))


def words_of(line: Line) -> list[Word]:
    """The words of a line."""
    return [word for piece in line for word in piece.words]


def _broken(pieces: Sequence[Piece], measure: Measure, width: float) -> list[Line]:
    lines: list[Line] = []
    for piece in pieces:
        if lines and measure(text_of((*lines[-1], piece))) <= width:
            lines[-1] = (*lines[-1], piece)
        else:
            lines.append((piece,))
    return lines


def _widest(lines: Sequence[Line], measure: Measure) -> float:
    return max((measure(text_of(line)) for line in lines), default=0.0)


def beginnings(title: str) -> list[str]:
    """The beginnings of a title that end with a clause, the longest first."""
    cuts = {title.find(end, 1) for end in _ENDS} - {-1}
    return [title[:cut].rstrip() for cut in sorted(cuts, reverse=True)]
