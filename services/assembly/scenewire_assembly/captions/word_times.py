"""Times of the words on the screen, from the times that the speech engine reports. Pure.

The screen shows the text that was spoken, with its punctuation.
"""

from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from scenewire.messages import Narration
from scenewire.text.markup import one_line
from scenewire.timeline.narrated_text import NarratedText
from scenewire_assembly.captions.line_breaking import split_unbreakable

__all__ = ["SpokenWord", "timed_words"]

_MAX_WORD_COLUMNS: Final = 24
"""A word up to this width is not cut, however narrow the line; it is drawn smaller."""


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
    spoken = NarratedText(
        text, ((word.text, word.start_sample, word.end_sample) for word in narration.words), narration.samples
    )
    words: list[SpokenWord] = []
    for part, position in parts:
        start, end = spoken.sample_at(position), spoken.sample_at(position + len(part))
        spaced = position > 0 and text[position - 1] == " "
        words.append(SpokenWord(part, start, max(start, end), spaced=spaced, last=position + len(part) in ends))
    return words
