"""Divides the text of a scene into the sentences that are shown one after the other. Pure."""

import re
from typing import Final, NamedTuple

from scenewire.text.markup import one_line
from scenewire.text.sentences import split_sentences
from scenewire_script.designs.quotations import is_attribution
from scenewire_script.text.lengths import count_words

__all__ = ["Shown", "sentences_of"]

_MIN_SECONDS: Final = 1.2
"""A design needs that long to be read."""

_PARAGRAPH: Final = re.compile(r"\n\s*\n")


class Shown(NamedTuple):
    """What is shown at a time."""

    text: str
    """All of its words."""
    sentence: str
    """The longest of its sentences, which the design is made of."""


def sentences_of(text: str, language: str, words_per_second: float) -> list[Shown]:
    """Returns the sentences of a scene; their texts in order are the scene's text on one line.

    A sentence that would be shown too briefly is joined to the one before it, the first one to the one behind it. So is a
    name behind a dash, which says whose words were quoted.

    Args:
        text: of the scene; empty lines end paragraphs.
        language: its tag.
        words_per_second: speaking rate.
    """
    line = one_line(text)
    shown: list[Shown] = []
    end = 0
    for sentence in (
        part for paragraph in _PARAGRAPH.split(text) for part in split_sentences(one_line(paragraph), language)
    ):
        start = line.index(sentence, end)
        gap, end = line[end:start], start + len(sentence)
        before = shown[-1] if shown else None
        if before is None:
            shown.append(Shown(sentence, sentence))
        elif is_attribution(sentence, before.sentence):
            shown[-1] = Shown(before.text + gap + sentence, before.sentence + gap + sentence)
        elif _is_short(sentence, words_per_second) or (len(shown) == 1 and _is_short(before.text, words_per_second)):
            longer = max(before.sentence, sentence, key=count_words)
            shown[-1] = Shown(before.text + gap + sentence, longer)
        else:
            shown.append(Shown(sentence, sentence))
    return shown


def _is_short(text: str, words_per_second: float) -> bool:
    return count_words(text) < _MIN_SECONDS * words_per_second
