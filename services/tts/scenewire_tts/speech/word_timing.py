"""When each word is spoken, from what an engine tells about it. Pure."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from scenewire.messages import Word
from scenewire_tts.speech.spoken_text import Token, split_words

__all__ = ["Mark", "time_words"]


class Mark(NamedTuple):
    """An engine begins to speak what stands at a position of the text."""

    position: int
    """Characters before it."""
    sample: int


def time_words(text: str, marks: Sequence[Mark], samples: int) -> tuple[Word, ...]:
    """Every word of the text, each lasting until the next begins.

    Engines mark some words several times (a number is several spoken words) and some not at all: the first mark in a
    word counts, and words without one share the time since the last marked word by their letters. A sign that stands
    alone and is not spoken takes no time.

    Args:
        text: what was spoken.
        marks: in any order; one that leads back in the text is ignored.
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
    """Where marked words begin, by their index, both rising. The first word is always among them."""
    ends = [token.end for token in tokens]
    starts: dict[int, int] = {}
    latest = -1
    for mark in sorted(marks, key=lambda mark: mark.sample):
        index = bisect_right(ends, mark.position)
        if latest < index < len(tokens):
            starts[index] = min(max(mark.sample, 0), samples)
            latest = index
    return starts if 0 in starts else {0: 0, **starts}
