"""Splits the words of a scene into phrases, and phrases into lines, at the least total cost. Pure."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Final

from scenewire.text.sentences import ends_sentence
from scenewire_assembly.captions.line_breaking import cohesion, columns
from scenewire_assembly.captions.word_times import SpokenWord

__all__ = ["MIN_CUE_S", "PhraseSplitter"]

MIN_CUE_S: Final = 1.0
"""A shorter caption flickers."""

_MAX_COLUMNS_PER_S: Final = 20
"""Comfortable reading speed."""

_CONTEXT_WORDS: Final = 3
"""Words before a full stop that decide whether it ends a sentence."""

_CLAUSE_END: Final = re.compile(r"[,;:—–،؛、，；：][\"'”’»)\]」』]*$")  # noqa: RUF001
_NUMBER: Final = re.compile(r"[^\w]*\d[\d.,:/%°]*$")


class PhraseSplitter:
    """Finds the phrases of a scene. Its methods identify words by their index.

    Args:
        words: with times in frames.
        frame_rate: of the video.
        width: columns of a line.
        language: tag of the text.
    """

    def __init__(self, words: Sequence[SpokenWord], frame_rate: int, width: int, language: str = "en") -> None:
        self._words = words
        self._rate = frame_rate
        self._width = width
        self._right = [0, *accumulate(columns(word.text) + word.spaced for word in words)]
        ends = _sentence_ends(words, language)
        costs = (_break_cost(*pair, ends=end) for pair, end in zip(pairwise(words), ends, strict=True))
        self._break_costs = [0.0, *costs, 0.0]
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


def _sentence_ends(words: Sequence[SpokenWord], language: str) -> list[bool]:
    """Whether a sentence ends after each word but the last."""
    cased = any(character.isupper() for word in words for character in word.text)
    return [
        word.last
        or ends_sentence(
            " ".join(before.text for before in words[max(0, at - _CONTEXT_WORDS) : at + 1]),
            words[at + 1].text,
            language=language,
            cased=cased,
        )
        for at, word in enumerate(words[:-1])
    ]


def _break_cost(word: SpokenWord, following: SpokenWord, *, ends: bool) -> float:
    """The cost of a break between two words; `ends` says whether a sentence ends there."""
    if ends:
        return 0.0
    if _CLAUSE_END.search(word.text):
        return 0.15
    if _NUMBER.search(word.text):
        return 50.0 if following.text[0].isdigit() else 6.0
    return 0.6 if following.spaced else 0.4 + cohesion(word.text, following.text)
