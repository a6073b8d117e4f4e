"""Splits the words of a scene into phrases, and phrases into lines, at the least total cost. Pure."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final

from scenewire.text.sentences import ends_sentence
from scenewire_assembly.captions.break_costs import break_cost, ends_clause
from scenewire_assembly.captions.line_breaking import columns
from scenewire_assembly.captions.word_times import SpokenWord

__all__ = ["LINE_COLUMNS", "CueLimits", "PhraseSplitter"]

LINE_COLUMNS: Final = 42
"""Letters on a line, the subtitlers' rule for wide pictures. East Asian characters take two columns."""

_RATE: Final = 30
"""Lengths in frames are those at this rate."""

_MAX_COLUMNS_PER_S: Final = 20
"""Comfortable reading speed."""

_CONTEXT_WORDS: Final = 3
"""Words before a full stop that decide whether it ends a sentence."""

_LONE_WORD: Final = 8.0
"""The cost of a lower line of one word."""


@dataclass(frozen=True)
class CueLimits:
    """What one caption may hold, on at most two lines.

    Attributes:
        line_columns: columns of a line. Only a single long word may be wider.
        max_words: words of a caption, which then stays within its clause; None for no limit.
        min_frames: the least time that a caption stays, at 30 frames a second.
        max_frames: the longest time.
        measure: columns of a word.
    """

    line_columns: int = LINE_COLUMNS
    max_words: int | None = None
    min_frames: int = 25
    max_frames: int = 210
    measure: Callable[[str], float] = columns

    def least_frames(self, wide: float, frame_rate: int) -> int:
        """The frames in which so many columns are read."""
        seconds = self.min_frames / _RATE if self.max_words else max(self.min_frames / _RATE, wide / _MAX_COLUMNS_PER_S)
        return round(seconds * frame_rate)

    def most_frames(self, frame_rate: int) -> int:
        """The frames after which a caption disappears."""
        return self.max_frames * frame_rate // _RATE


class PhraseSplitter:
    """Finds the phrases of a scene. Its methods identify words by their index.

    Args:
        words: with times in frames.
        frame_rate: of the video.
        limits: of a caption.
        language: tag of the text.
    """

    def __init__(self, words: Sequence[SpokenWord], frame_rate: int, limits: CueLimits, language: str = "en") -> None:
        self._words = words
        self._rate = frame_rate
        self._limits = limits
        self._right = [0.0, *accumulate(limits.measure(word.text) + word.spaced for word in words)]
        ends = _sentence_ends(words, language)
        costs = (
            break_cost(*pair, ends=end, language=language) for pair, end in zip(pairwise(words), ends, strict=True)
        )
        self._break_costs = [0.0, *costs, 0.0]
        self._sentences = [0, *accumulate(ends)]
        clauses = (end or ends_clause(word) for word, end in zip(words, ends, strict=False))
        self._clauses = [0, *accumulate(clauses)]
        self._spaces = [0, *accumulate(word.spaced for word in words)]

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
        """A phrase in one line, or in two, broken at the least cost."""
        broken = None if self.columns(begin, end) <= self._limits.line_columns else self._line_break(begin, end)
        if broken is None:
            return (tuple(self._words[begin:end]),)
        at = broken[1]
        return tuple(self._words[begin:at]), tuple(self._words[at:end])

    def columns(self, begin: int, end: int) -> float:
        """The width of words on one line."""
        return self._right[end] - self._right[begin] - self._words[begin].spaced

    def _line_break(self, begin: int, end: int) -> tuple[float, int] | None:
        """The cheapest break between two lines, and its cost; None if no break makes both fit."""
        width = self._limits.line_columns

        def cost(at: int) -> float:
            longer = self.columns(begin, at) - self.columns(at, end)
            uneven = max(0.4 * longer, -0.25 * longer) / width  # the upper line may be shorter
            return self._break_costs[at] + uneven + _LONE_WORD * (at == end - 1 and self._limits.max_words is None)

        return min(((cost(at), at) for at in self._breaks(begin, end)), default=None)

    def _breaks(self, begin: int, end: int) -> range:
        """Where a phrase may be broken so that both lines fit."""
        width = self._limits.line_columns
        first_full = bisect_right(self._right, self._right[begin] + self._words[begin].spaced + width) - 1
        at = min(first_full, end - 1)
        while at > begin and self.columns(at, end) <= width:
            at -= 1
        return range(at + 1, min(first_full, end - 1) + 1)

    def _cost(self, begin: int, end: int) -> float | None:
        """The cost of these words as one phrase; None if they do not fit."""
        limits = self._limits
        if limits.max_words and end - begin > 1:
            words = self._spaces[end] - self._spaces[begin + 1] + 1
            if words > limits.max_words or self._clauses[end - 1] > self._clauses[begin]:
                return None
        wide, width = self.columns(begin, end), limits.line_columns
        broken = 0.0
        if wide > width and end - begin > 1:
            line_break = self._line_break(begin, end)
            if line_break is None:
                return None
            broken = line_break[0] / 4  # a new line separates less than a new cue
        following = self._words[end].start if end < len(self._words) else self._words[-1].end + self._rate // 2
        frames = following - self._words[begin].start
        uneven = ((wide - width) / width) ** 2  # about one full line reads best
        runs_on = self._sentences[end - 1] - self._sentences[begin]
        brief = max(0.0, limits.min_frames / _RATE - frames / self._rate) * (40 if limits.max_words else 8)
        fast = 0.0 if limits.max_words else max(0.0, wide / _MAX_COLUMNS_PER_S / max(frames / self._rate, 0.1) - 1)
        slow = max(0.0, (frames - limits.most_frames(self._rate)) / self._rate) if end - begin > 1 else 0.0
        return broken + uneven + runs_on + brief + fast + slow


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
