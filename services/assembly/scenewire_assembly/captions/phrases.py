"""Splits the words of a scene into phrases, and phrases into lines, at the least total cost. Pure."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Final

from scenewire_assembly.captions.line_breaking import cohesion, columns
from scenewire_assembly.captions.word_times import SpokenWord

__all__ = ["MIN_CUE_S", "PhraseSplitter"]

MIN_CUE_S: Final = 1.0
"""A shorter caption flickers."""

_MAX_COLUMNS_PER_S: Final = 20
"""Comfortable reading speed."""

_SENTENCE_END: Final = re.compile(r"[.!?…。！？][\"'”’»)\]」』]*$")  # noqa: RUF001 - wide punctuation is meant
_ABBREVIATION: Final = re.compile(
    r"\W*(?:[^\W\d_]|[a-z]\.[a-z]|Mrs?|Ms|Drs?|Prof|St|Sr|Jr|Gen|Col|Sgt|Lt|Capt|No|Nr|ca|vs|approx)\."
)
_CLAUSE_END: Final = re.compile(r"[,;:—–،؛、，；：][\"'”’»)\]」』]*$")  # noqa: RUF001
_NUMBER: Final = re.compile(r"[^\w]*\d[\d.,:/%°]*$")


class PhraseSplitter:
    """Finds the phrases of a scene. Its methods identify words by their index.

    Args:
        words: with times in frames.
        frame_rate: of the video.
        width: columns of a line.
    """

    def __init__(self, words: Sequence[SpokenWord], frame_rate: int, width: int) -> None:
        self._words = words
        self._rate = frame_rate
        self._width = width
        self._right = [0, *accumulate(columns(word.text) + word.spaced for word in words)]
        self._break_costs = [0.0, *(_break_cost(word, following) for word, following in pairwise(words)), 0.0]
        ends = [_ends_sentence(word, following) for word, following in pairwise(words)]
        self._sentences = [0, *accumulate(ends)]

    def phrases(self) -> list[tuple[int, int]]:
        """The split with the least cost over all words, as half-open ranges."""
        best: list[tuple[float, int]] = [(0.0, 0)]
        for end in range(1, len(self._words) + 1):
            options: list[tuple[float, int]] = []
            for begin in range(end - 1, -1, -1):
                cost = self._cost(begin, end)
                if cost is None:
                    break
                options.append((best[begin][0] + cost + self._break_costs[end], begin))
            best.append(min(options))
        cuts: list[tuple[int, int]] = []
        end = len(self._words)
        while end > 0:
            begin = best[end][1]
            cuts.append((begin, end))
            end = begin
        return cuts[::-1]

    def lines(self, begin: int, end: int) -> tuple[tuple[SpokenWord, ...], ...]:
        """A phrase in one line, or in two of similar length, broken at the least cost."""
        breaks = self._breaks(begin, end)
        if self._columns(begin, end) <= self._width or not breaks:
            return (tuple(self._words[begin:end]),)
        at = min(
            breaks,
            key=lambda at: self._break_costs[at] + abs(self._columns(begin, at) - self._columns(at, end)) / self._width,
        )
        return tuple(self._words[begin:at]), tuple(self._words[at:end])

    def _columns(self, begin: int, end: int) -> int:
        return self._right[end] - self._right[begin] - self._words[begin].spaced

    def _breaks(self, begin: int, end: int) -> range:
        """Where a phrase may be broken so that both lines fit."""
        first_full = bisect_right(self._right, self._right[begin] + self._words[begin].spaced + self._width) - 1
        at = min(first_full, end - 1)
        while at > begin and self._columns(at, end) <= self._width:
            at -= 1
        return range(at + 1, min(first_full, end - 1) + 1)

    def _cost(self, begin: int, end: int) -> float | None:
        """The cost of these words as one phrase; None if they do not fit."""
        wide = self._columns(begin, end)
        broken = 0.0
        if wide > self._width and end - begin > 1:
            breaks = self._breaks(begin, end)
            if not breaks:
                return None
            broken = min(self._break_costs[breaks.start : breaks.stop]) / 4  # a new line separates less than a new cue
        following = self._words[end].start if end < len(self._words) else self._words[-1].end + self._rate // 2
        seconds = (following - self._words[begin].start) / self._rate
        uneven = ((wide - self._width) / self._width) ** 2  # about one full line reads best
        runs_on = self._sentences[end - 1] - self._sentences[begin]
        brief = max(0.0, MIN_CUE_S - seconds) * 4
        fast = max(0.0, wide / _MAX_COLUMNS_PER_S / max(seconds, 0.1) - 1)
        return broken + uneven + runs_on + brief + fast


def _ends_sentence(word: SpokenWord, following: SpokenWord) -> bool:
    if word.last:
        return True
    if _ABBREVIATION.fullmatch(word.text) or following.text[0].islower():
        return False
    return bool(_SENTENCE_END.search(word.text))


def _break_cost(word: SpokenWord, following: SpokenWord) -> float:
    """The cost of a break between two words."""
    if _ends_sentence(word, following):
        return 0.0
    if _CLAUSE_END.search(word.text):
        return 0.15
    if _NUMBER.search(word.text):
        return 50.0 if following.text[0].isdigit() else 6.0
    return 0.6 if following.spaced else 0.4 + cohesion(word.text, following.text)
