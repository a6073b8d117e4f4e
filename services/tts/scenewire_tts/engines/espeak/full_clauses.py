"""Divides clauses that are too long for espeak-ng, which leaves out their ends without a word. Pure.

The library holds 1,000 phonemes, 300 words and 800 bytes of a clause, counted in ways of its own: about 110 two-digit numbers
or 200 Chinese characters without punctuation. What is beyond is neither spoken nor reported.
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from scenewire_tts.speech.spoken_text import split_words

__all__ = ["Clause", "find_breaks", "insert_breaks"]

_FULL_PHONEMES: Final = 950
_FULL_WORDS: Final = 190
_FULL_BYTES: Final = 700
"""Clauses with fewer of each are complete. Measured: words were lost after 992 phonemes, 199 words or 724 bytes."""

_BREAK: Final = "、"
"""A comma that ends a clause in every language and needs no space after it, so that digits around it stay apart."""


class Clause(NamedTuple):
    """A clause as the library spoke it."""

    end: int
    """Its last position in the text, exclusive."""
    phonemes: int


def find_breaks(text: str, clauses: Sequence[Clause], marks: Sequence[int]) -> list[int]:
    """Returns where to divide clauses whose ends were not spoken: after words, each piece two thirds of what was spoken.

    Args:
        text: as it was spoken.
        clauses: in order.
        marks: positions of the spoken words.
    """
    tokens, spoken = split_words(text), sorted(marks)
    starts = [token.start for token in tokens]
    breaks: list[int] = []
    for (begin, _), (end, phonemes) in pairwise((Clause(0, 0), *clauses)):
        words = bisect_left(spoken, end) - bisect_left(spoken, begin)
        size = len(text[begin:end].encode())
        if not words or (phonemes < _FULL_PHONEMES and words < _FULL_WORDS and size < _FULL_BYTES):
            continue
        first, after = bisect_left(starts, begin), bisect_left(starts, end)
        last = bisect_left(starts, spoken[bisect_left(spoken, end) - 1] + 1) - 1
        if last + 1 < after:
            piece = max(1, (last - first + 1) * 2 // 3)
            breaks += [tokens[index - 1].end for index in range(first + piece, after, piece)]
    return breaks


def insert_breaks(text: str, breaks: Sequence[int]) -> tuple[str, Callable[[int], int]]:
    """Returns the text with a comma at each position, and a function from its positions to those of the text.

    Args:
        text: of the author.
        breaks: positions, increasing.
    """
    edges = [0, *breaks, len(text)]
    broken = _BREAK.join(text[begin:end] for begin, end in pairwise(edges))
    inserted = [place + count for count, place in enumerate(breaks)]
    return broken, lambda position: position - bisect_left(inserted, position)
