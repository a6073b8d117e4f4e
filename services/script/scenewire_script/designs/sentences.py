"""Divides the text of a scene into the sentences that are shown one after the other. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from scenewire.text.markup import one_line
from scenewire.text.sentences import split_sentences
from scenewire_script.designs.languages.tables import vocabulary_of
from scenewire_script.designs.quotations import is_attribution
from scenewire_script.designs.reading.tokens import tokens_of
from scenewire_script.designs.reading.vocabulary import Vocabulary
from scenewire_script.text.lengths import count_words

__all__ = ["Shown", "sentences_of"]

_MIN_SECONDS: Final = 1.2
"""A design needs that long to be read."""

_MIN_LINES: Final = 3
_MAX_LINES: Final = 6
_MAX_LINE_WORDS: Final = 4
_MAX_LINE_CHARS: Final = 24
_MAX_TITLE_CHARS: Final = 60

_PARAGRAPH: Final = re.compile(r"\n\s*\n")


class Shown(NamedTuple):
    """What is shown at a time."""

    text: str
    """All of its words."""
    sentence: str
    """The longest of its sentences, which the design is made of."""
    items: tuple[str, ...] = ()
    """Its lines, if they are a list."""
    title: str = ""
    """What introduces the list."""


def sentences_of(text: str, language: str, words_per_second: float) -> list[Shown]:
    """Returns the sentences of a scene; their texts in order are the scene's text on one line.

    Three to six short ones in a row are a list, unless they may be whole clauses. A sentence that would be shown too briefly is joined to the one before it,
    the first one to the one behind it. So is a name behind a dash, which says whose words were quoted.

    Args:
        text: of the scene; empty lines end paragraphs.
        language: its tag.
        words_per_second: speaking rate.
    """
    line = one_line(text)
    paragraphs = [split_sentences(one_line(paragraph), language) for paragraph in _PARAGRAPH.split(text)]
    shown: list[Shown] = []
    end = 0
    for sentences in _runs(paragraphs, vocabulary_of(language)):
        begin = line.index(sentences[0], end)
        gap, run_end = line[end:begin], begin
        for sentence in sentences:
            run_end = line.index(sentence, run_end) + len(sentence)
        run, end = line[begin:run_end], run_end
        before = shown[-1] if shown else None
        if len(sentences) > 1:
            items = tuple(map(_without_end, sentences))
            if before and before.sentence.endswith(":") and not before.items and len(before.text) <= _MAX_TITLE_CHARS:
                shown[-1] = Shown(before.text + gap + run, before.sentence + gap + run, items, before.sentence[:-1])
            else:
                shown.append(Shown(run, run, items))
        elif before is None:
            shown.append(Shown(run, run))
        elif is_attribution(run, before.sentence):
            shown[-1] = before._replace(text=before.text + gap + run, sentence=before.sentence + gap + run)
        elif _is_short(run, words_per_second) and before.items:
            shown[-1] = before._replace(text=before.text + gap + run)
        elif _is_short(run, words_per_second) or (len(shown) == 1 and _is_short(before.text, words_per_second)):
            longer = max(before.sentence, run, key=count_words)
            shown[-1] = Shown(before.text + gap + run, longer)
        else:
            shown.append(Shown(run, run))
    return shown


def _runs(paragraphs: Iterable[Sequence[str]], vocabulary: Vocabulary | None) -> Iterator[Sequence[str]]:
    """Yields sentences one by one, but the lines of a list together."""
    lines = [(sentence, len(paragraph) == 1) for paragraph in paragraphs for sentence in paragraph]
    sentences = [sentence for sentence, _ in lines]
    at = 0
    while at < len(sentences):
        end = at
        while end < len(sentences) and _is_line(sentences[end], vocabulary):
            end += 1
        different = {_without_end(line).casefold() for line in sentences[at:end]}
        is_list = _MIN_LINES <= end - at <= _MAX_LINES and len(different) == end - at
        are_parted = all(is_alone for _, is_alone in lines[at:end]) or (at > 0 and sentences[at - 1].endswith(":"))
        is_list = is_list and (are_parted or all(_is_no_clause(line, vocabulary) for line in sentences[at:end]))
        step = end - at if is_list else 1
        yield sentences[at : at + step]
        at += step


def _is_no_clause(line: str, vocabulary: Vocabulary | None) -> bool:
    """Whether a line cannot have a subject and a verb: bread, the sea, no locks, without water, two large ships."""
    words = tokens_of(line)
    if vocabulary is None or not words:
        return len(words) == 1
    openers = vocabulary.negations | vocabulary.prepositions | vocabulary.numbers.keys()
    return words[0].among(openers) or sum(not word.among(vocabulary.determiners) for word in words) <= 1


def _is_line(sentence: str, vocabulary: Vocabulary | None) -> bool:
    """Whether a short sentence may be a line of a list: it has no digits, no colon and no word that only clauses have."""
    bare = _without_end(sentence)
    clausal = vocabulary.stops - vocabulary.list_ends if vocabulary else frozenset()
    return (
        bool(bare)
        and sentence[-1] not in "?!"
        and not any(character.isdigit() or character in ":：" for character in sentence)
        and not any(word.among(clausal) for word in tokens_of(sentence))
        and count_words(sentence) <= _MAX_LINE_WORDS
        and len(bare) <= _MAX_LINE_CHARS
    )


def _without_end(sentence: str) -> str:
    return sentence.rstrip(" .,;。")


def _is_short(text: str, words_per_second: float) -> bool:
    return count_words(text) < _MIN_SECONDS * words_per_second
