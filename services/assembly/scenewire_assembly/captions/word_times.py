"""Times of the words on the screen, from the times that the speech engine reports. Pure.

The screen shows the text that was spoken, with its punctuation. Engines name words in their own way: "twenty" for "20",
nothing for a dash. So the text is matched with the engine's words, and the rest gets its share of the time between its
neighbours.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from scenewire.messages import Narration
from scenewire.text.markup import one_line
from scenewire_assembly.captions.line_breaking import columns, split_unbreakable

__all__ = ["SpokenWord", "timed_words"]

_MAX_WORD_COLUMNS: Final = 24
"""A word up to this width is not cut, however narrow the line; it is drawn smaller."""

_LOOK_AHEAD_CHARS: Final = 24
"""About four words."""

_ENDS: Final = re.compile(r"^\W+|\W+$")


@dataclass(frozen=True)
class SpokenWord:
    """A part of the text that is never broken, and when it is spoken.

    Attributes:
        text: as shown.
        start: in samples or frames, as the function that returns it says.
        end: likewise; not included.
        spaced: whether a space separates it from the word before it on the same line.
        last: whether a paragraph ends with it, with or without a full stop.
    """

    text: str
    start: int
    end: int
    spaced: bool = True
    last: bool = False


def timed_words(text: str, narration: Narration, line_columns: int) -> list[SpokenWord]:
    """The text in unbreakable parts with their times in samples, in order and without overlap.

    Args:
        text: as spoken; empty lines separate its paragraphs.
        narration: the engine's words and their times.
        line_columns: columns of a line.
    """
    paragraphs = [cleaned for paragraph in text.split("\n\n") if (cleaned := one_line(paragraph))]
    text = " ".join(paragraphs)
    ends = set(accumulate((len(paragraph) + 1 for paragraph in paragraphs), initial=-1))
    parts = split_unbreakable(text, max(line_columns, _MAX_WORD_COLUMNS))
    if not parts:
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
    for part, position in parts:
        start, end = time_at(position), time_at(position + len(part))
        spaced = position > 0 and text[position - 1] == " "
        words.append(SpokenWord(part, start, max(start, end), spaced=spaced, last=position + len(part) in ends))
    return words


def _known_times(text: str, narration: Narration) -> list[tuple[int, int]]:
    """Positions in the text with a time from the engine; both rise.

    A word is searched only a little ahead, and further the more words before it were not found: if an engine reads "25"
    as two words, these must not match the next "5".
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
        found = _find_word(folded, name, cursor, cursor + len(name) + _LOOK_AHEAD_CHARS * (1 + misses))
        if found < 0:
            misses += 1
            continue
        cursor, misses = found + len(name), 0
        known += [(found, word.start_sample), (cursor, max(word.start_sample, word.end_sample))]
    return known


def _find_word(text: str, name: str, begin: int, end: int) -> int:
    """Position of a name that does not start inside another word; -1 if there is none."""
    found = text.find(name, begin, end)
    while found > 0 and columns(name[0]) == 1 and text[found - 1].isalnum() and name[0].isalnum():
        found = text.find(name, found + 1, end)
    return found
