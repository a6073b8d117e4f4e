"""Computes word times from the marks of an engine. Pure."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from scenewire.messages import Word
from scenewire_tts.speech.spoken_text import Token, split_words

__all__ = ["Mark", "time_words"]


class Mark(NamedTuple):
    """The sample at which an engine begins to speak a position of the text."""

    position: int
    """Index of the character in the text."""
    sample: int


def time_words(text: str, marks: Sequence[Mark], samples: int) -> tuple[Word, ...]:
    """Returns all words of the text; each lasts until the next begins.

    Engines mark some words several times (a number is several spoken words) and others not at all: the first mark in a
    word counts, and unmarked words divide the time since the last marked word by their letters. A sign on its own that
    is not spoken takes no time.

    Args:
        text: the spoken text.
        marks: in any order; marks that go backwards in the text are ignored.
        samples: the length of the speech.
    """
    tokens = split_words(text)
    if not tokens:
        return ()
    starts = _marked(tokens, marks, samples)
    known = [*starts, len(tokens)]
    edges = [0] * len(tokens) + [samples]
    for first, after in pairwise(known):
        begin, end = starts[first], starts.get(after, samples)
        weights = [sum(map(str.isalnum, token.text)) for token in tokens[first:after]]
        weights[0] = max(1, weights[0])
        passed = 0
        for index, weight in enumerate(weights, start=first):
            edges[index] = begin + (end - begin) * passed // sum(weights)
            passed += weight
    return tuple(
        Word(text=token.text, start_sample=start, end_sample=end)
        for token, (start, end) in zip(tokens, pairwise(edges), strict=True)
    )


def _marked(tokens: list[Token], marks: Sequence[Mark], samples: int) -> dict[int, int]:
    """Returns the start sample of marked words by index, both increasing; always includes the first word."""
    ends = [token.end for token in tokens]
    starts: dict[int, int] = {}
    latest = -1
    for mark in sorted(marks, key=lambda mark: mark.sample):
        index = bisect_right(ends, mark.position)
        if latest < index < len(tokens):
            starts[index] = min(max(mark.sample, 0), samples)
            latest = index
    return starts if 0 in starts else {0: 0, **starts}
