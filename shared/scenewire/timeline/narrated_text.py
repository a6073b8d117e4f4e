"""When each character of a narrated text is spoken, from the times that the speech engine reports. Pure.

Engines name words in their own way: "twenty" for "20", nothing for a dash. So the text is matched with the engine's
words, and the rest gets its share of the time between its neighbours.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable
from typing import Final

from scenewire.text.markup import one_line

__all__ = ["NarratedText"]

_LOOK_AHEAD_CHARS: Final = 24
"""About four words."""

_ENDS: Final = re.compile(r"^\W+|\W+$")


class NarratedText:
    """A text and the times at which it is spoken.

    Args:
        text: one line with single spaces.
        words: the engine's words with the sample where each starts and the sample after its end.
        samples: length of the narration.
    """

    def __init__(self, text: str, words: Iterable[tuple[str, int, int]], samples: int) -> None:
        known = _known_times(text, words, samples)
        self._edges = [0, *(position for position, _ in known), len(text)]
        self._times = [0, *(time for _, time in known), samples]

    def sample_at(self, position: int) -> int:
        """The sample at which the character at a position of the text starts."""
        after = min(bisect_right(self._edges, position), len(self._edges) - 1)
        left, right = self._edges[after - 1], self._edges[after]
        share = (position - left) / (right - left) if right > left else 1.0
        return round(self._times[after - 1] + (self._times[after] - self._times[after - 1]) * share)


def _known_times(text: str, words: Iterable[tuple[str, int, int]], samples: int) -> list[tuple[int, int]]:
    """Positions in the text with a time from the engine; both rise.

    A word is searched only a little ahead, and further the more words before it were not found: if an engine reads "25"
    as two words, these must not match the next "5".
    """
    folded = text.lower()
    if len(folded) != len(text):  # a few capitals have longer small forms
        folded = text
    known: list[tuple[int, int]] = []
    cursor = misses = 0
    for spoken, start, end in words:
        name = _ENDS.sub("", one_line(spoken).lower())
        if not name or end > samples or (known and start < known[-1][1]):
            continue
        found = _find_word(folded, name, cursor, cursor + len(name) + _LOOK_AHEAD_CHARS * (1 + misses))
        if found < 0:
            misses += 1
            continue
        cursor, misses = found + len(name), 0
        known += [(found, start), (cursor, max(start, end))]
    return known


def _find_word(text: str, name: str, begin: int, end: int) -> int:
    """Position of a name that does not start inside another word; -1 if there is none."""
    found = text.find(name, begin, end)
    is_wide = unicodedata.east_asian_width(name[0]) in "WF"  # written without spaces
    while found > 0 and not is_wide and text[found - 1].isalnum() and name[0].isalnum():
        found = text.find(name, found + 1, end)
    return found
