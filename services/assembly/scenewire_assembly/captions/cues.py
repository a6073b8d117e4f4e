"""What is spoken, as phrases that are easy to read. Pure.

The words on the screen are the text that was spoken, punctuation included; the engine's word timings say when. Engines name
words in their own way ("twenty" for "20", nothing for a dash), so that the text is matched with what they name, and
what has no time of its own gets its share of the time between its neighbours.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from typing import Final

from scenewire.messages import Narration
from scenewire.text.markup import one_line
from scenewire.timeline import frames_for
from scenewire_assembly.captions.line_breaking import columns, joins, pieces
from scenewire_assembly.edit import frame_at

__all__ = ["LINE_COLUMNS", "Cue", "SpokenWord", "cues_of", "shift"]

LINE_COLUMNS: Final = 42
"""Letters a line, the subtitler's rule for wide pictures. A wide (East Asian) character takes two columns."""

_FASTEST: Final = 20
"""Columns a second that people read with comfort."""

_SHORTEST: Final = 1.0
"""Seconds below which a caption flickers."""

_LINGER: Final = 0.6
"""Seconds of silence through which a caption stays."""

_LONGEST_WORD: Final = 24
"""Columns of a word that is not cut, however narrow a line is; it is drawn smaller."""

_LOOK_AHEAD: Final = 24
"""Characters, about four words."""

_SENTENCE_END: Final = re.compile(r"[.!?…。！？][\"'”’»)\]」』]*$")  # noqa: RUF001 - wide punctuation is meant
_ABBREVIATED: Final = re.compile(
    r"\W*(?:[^\W\d_]|[a-z]\.[a-z]|Mrs?|Ms|Drs?|Prof|St|Sr|Jr|Gen|Col|Sgt|Lt|Capt|No|Nr|ca|vs|approx)\."
)
_CLAUSE_END: Final = re.compile(r"[,;:—–،؛、，；：][\"'”’»)\]」』]*$")  # noqa: RUF001
_ENDS: Final = re.compile(r"^\W+|\W+$")
_NUMBER: Final = re.compile(r"[^\w]*\d[\d.,:/%°]*$")


@dataclass(frozen=True)
class SpokenWord:
    """A piece of text that is never broken, and when it is spoken."""

    text: str
    start: int
    end: int
    spaced: bool = True
    """Whether a space stands before it, within a line."""
    last: bool = False
    """Whether a paragraph ends with it, with or without a full stop."""


@dataclass(frozen=True)
class Cue:
    """What stands on the screen at once, from frame `start` up to and without frame `end`."""

    lines: tuple[tuple[SpokenWord, ...], ...]
    start: int
    end: int

    @property
    def texts(self) -> tuple[str, ...]:
        """Its lines as text."""
        return tuple(_joined(line) for line in self.lines)


def shift(cue: Cue, frames: int) -> Cue:
    """The same cue, later."""
    lines = tuple(
        tuple(replace(word, start=word.start + frames, end=word.end + frames) for word in line) for line in cue.lines
    )
    return Cue(lines, cue.start + frames, cue.end + frames)


def cues_of(text: str, narration: Narration, frame_rate: int, line_columns: int = LINE_COLUMNS) -> list[Cue]:
    """The captions of a scene, in frames from its beginning.

    Cues do not overlap and lie within the scene. A phrase ends with its sentence unless it would be too short to
    read; numbers are not torn from each other, nor from the word they count.

    Args:
        text: the scene's, for narrations that do not say what was spoken.
        narration: what was spoken, and when.
        frame_rate: of the film.
        line_columns: how much a line holds. Only a single long word may be wider.
    """
    frames = frames_for(narration.samples, narration.sample_rate, frame_rate)
    words = [
        replace(
            word,
            # A word that an engine puts at the very end is shown all the same.
            start=min(frame_at(word.start, narration.sample_rate, frame_rate), frames - 1),
            end=min(frames_for(word.end, narration.sample_rate, frame_rate), frames),
        )
        for word in _timed(narration.text or text, narration, line_columns)
    ]
    setter = _Typesetter(words, frame_rate, line_columns)
    phrases = setter.phrases()
    cues: list[Cue] = []
    for index, (first, after) in enumerate(phrases):
        start = words[first].start
        following = words[after].start if index + 1 < len(phrases) else frames
        wanted = max(words[after - 1].end + int(_LINGER * frame_rate), start + int(_SHORTEST * frame_rate))
        end = min(following, wanted)
        if start < end:  # words that share one frame leave none for all but the last of them
            cues.append(Cue(setter.lines(first, after), start, end))
    return cues


# --- when each word is spoken ------------------------------------------------------------------------


def _timed(text: str, narration: Narration, line_columns: int) -> list[SpokenWord]:
    """The text in unbreakable pieces with their times in samples, in order and without overlap."""
    paragraphs = [cleaned for paragraph in text.split("\n\n") if (cleaned := one_line(paragraph))]
    text = " ".join(paragraphs)
    ends = set(accumulate((len(paragraph) + 1 for paragraph in paragraphs), initial=-1))
    found = pieces(text, max(line_columns, _LONGEST_WORD))
    if not found:
        return []
    known = _known_times(text, narration)
    edges = [0, *(position for position, _ in known), len(text)]
    times = [0, *(time for _, time in known), narration.samples]

    def time_at(position: int) -> int:
        after = min(bisect_right(edges, position), len(edges) - 1)
        left, right = edges[after - 1], edges[after]
        share = (position - left) / (right - left) if right > left else 1.0
        return round(times[after - 1] + (times[after] - times[after - 1]) * share)

    words: list[SpokenWord] = []
    for piece, position in found:
        start, end = time_at(position), time_at(position + len(piece))
        spaced = position > 0 and text[position - 1] == " "
        words.append(SpokenWord(piece, start, max(start, end), spaced=spaced, last=position + len(piece) in ends))
    return words


def _known_times(text: str, narration: Narration) -> list[tuple[int, int]]:
    """Positions in the text whose time the engine told, both rising.

    A word is looked for only a little ahead, further the longer none was found: an engine that reads "25" as two words
    must not be taken to speak of the next "5".
    """
    folded = text.lower()
    if len(folded) != len(text):  # a few capitals have longer small forms
        folded = text
    known: list[tuple[int, int]] = []
    cursor = misses = 0
    for word in narration.words:
        name = _ENDS.sub("", one_line(word.text).lower())
        if not name or word.end_sample > narration.samples or (known and word.start_sample < known[-1][1]):
            continue
        found = _find_word(folded, name, cursor, cursor + len(name) + _LOOK_AHEAD * (1 + misses))
        if found < 0:
            misses += 1
            continue
        cursor, misses = found + len(name), 0
        known += [(found, word.start_sample), (cursor, max(word.start_sample, word.end_sample))]
    return known


def _find_word(text: str, name: str, begin: int, end: int) -> int:
    """Where the name begins, not within another word; -1 if it does not."""
    found = text.find(name, begin, end)
    while found > 0 and columns(name[0]) == 1 and text[found - 1].isalnum() and name[0].isalnum():
        found = text.find(name, found + 1, end)
    return found


# --- which words stand together ------------------------------------------------------------------------


def _joined(words: Sequence[SpokenWord]) -> str:
    return "".join((" " if word.spaced and index else "") + word.text for index, word in enumerate(words))


class _Typesetter:
    """Cuts a scene's words into phrases and phrases into lines. Words are named by their index."""

    def __init__(self, words: Sequence[SpokenWord], frame_rate: int, width: int) -> None:
        self._words = words
        self._rate = frame_rate
        self._width = width
        self._right = [0, *accumulate(columns(word.text) + word.spaced for word in words)]
        self._tears = [0.0, *(_tear(word, following) for word, following in pairwise(words)), 0.0]
        ends = [_ends_sentence(word, following) for word, following in pairwise(words)]
        self._sentences = [0, *accumulate(ends)]

    def phrases(self) -> list[tuple[int, int]]:
        """The cut with the least cost over all words, as half-open ranges."""
        best: list[tuple[float, int]] = [(0.0, 0)]
        for end in range(1, len(self._words) + 1):
            options: list[tuple[float, int]] = []
            for begin in range(end - 1, -1, -1):
                cost = self._cost(begin, end)
                if cost is None:
                    break
                options.append((best[begin][0] + cost + self._tears[end], begin))
            best.append(min(options))
        cuts: list[tuple[int, int]] = []
        end = len(self._words)
        while end > 0:
            begin = best[end][1]
            cuts.append((begin, end))
            end = begin
        return cuts[::-1]

    def lines(self, begin: int, end: int) -> tuple[tuple[SpokenWord, ...], ...]:
        """A phrase in one line, or in two that part where it hurts least and are about equally long."""
        breaks = self._breaks(begin, end)
        if self._columns(begin, end) <= self._width or not breaks:
            return (tuple(self._words[begin:end]),)
        at = min(
            breaks,
            key=lambda at: self._tears[at] + abs(self._columns(begin, at) - self._columns(at, end)) / self._width,
        )
        return tuple(self._words[begin:at]), tuple(self._words[at:end])

    def _columns(self, begin: int, end: int) -> int:
        return self._right[end] - self._right[begin] - self._words[begin].spaced

    def _breaks(self, begin: int, end: int) -> range:
        """Where a phrase may be parted so that both lines fit."""
        first_full = bisect_right(self._right, self._right[begin] + self._words[begin].spaced + self._width) - 1
        at = min(first_full, end - 1)
        while at > begin and self._columns(at, end) <= self._width:
            at -= 1
        return range(at + 1, min(first_full, end - 1) + 1)

    def _cost(self, begin: int, end: int) -> float | None:
        """How badly these words stand together; None if they do not fit."""
        wide = self._columns(begin, end)
        torn = 0.0
        if wide > self._width and end - begin > 1:
            breaks = self._breaks(begin, end)
            if not breaks:
                return None
            torn = min(self._tears[breaks.start : breaks.stop]) / 4  # a new line parts less than a new picture
        following = self._words[end].start if end < len(self._words) else self._words[-1].end + self._rate // 2
        seconds = (following - self._words[begin].start) / self._rate
        uneven = ((wide - self._width) / self._width) ** 2  # about one full line reads best
        runs_on = self._sentences[end - 1] - self._sentences[begin]
        brief = max(0.0, _SHORTEST - seconds) * 4
        fast = max(0.0, wide / _FASTEST / max(seconds, 0.1) - 1)
        return torn + uneven + runs_on + brief + fast


def _ends_sentence(word: SpokenWord, following: SpokenWord) -> bool:
    if word.last:
        return True
    if _ABBREVIATED.fullmatch(word.text) or following.text[0].islower():
        return False
    return bool(_SENTENCE_END.search(word.text))


def _tear(word: SpokenWord, following: SpokenWord) -> float:
    """What it costs to part two words."""
    if _ends_sentence(word, following):
        return 0.0
    if _CLAUSE_END.search(word.text):
        return 0.15
    if _NUMBER.search(word.text):
        return 50.0 if following.text[0].isdigit() else 6.0
    return 0.6 if following.spaced else 0.4 + joins(word.text, following.text)
