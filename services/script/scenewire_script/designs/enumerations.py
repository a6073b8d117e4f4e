"""Finds lists within a sentence. Pure."""

import re
from collections.abc import Sequence
from enum import Enum, auto
from itertools import pairwise
from typing import Final

from scenewire.messages import Enumeration
from scenewire_script.designs.reading.clauses import Span, is_subordinate
from scenewire_script.designs.reading.tokens import Token, columns, tokens_of
from scenewire_script.designs.reading.vocabulary import Vocabulary, word_set

__all__ = ["enumeration_of"]

_MIN_ITEMS: Final = 3
_MAX_ITEMS: Final = 6
_MAX_WORDS: Final = 4
_MAX_COLUMNS: Final = 24
_ADVERBS: Final = word_set("however finally next then today first second third")
_BREAK: Final = re.compile(r"[^\s,'’]")
"""Marks between two words that no list goes across."""

_Item = Sequence[Token]


class _Shape(Enum):
    """How the items of a list begin; all of them do in the same way."""

    DETERMINER = auto()
    PREPOSITION = auto()
    NUMBER = auto()
    NAME = auto()
    PLAIN = auto()


def enumeration_of(sentence: str, vocabulary: Vocabulary) -> Enumeration | None:
    """Returns the first list of a sentence: three to six short items, with *and* or *or* before the last one."""
    words = tokens_of(sentence)
    for at, word in enumerate(words):
        if at and at + 1 < len(words) and word.among(vocabulary.list_ends):
            items = _items(sentence, words[:at], words[at:], vocabulary)
            if items and not _is_aside(sentence, words, items, vocabulary):
                title = sentence[: items[0][0].with_marks[0]].strip()
                return Enumeration(title=title, items=tuple(sentence[item[0].start : item[-1].end] for item in items))
    return None


def _items(sentence: str, before: _Item, behind: _Item, vocabulary: Vocabulary) -> list[_Item]:
    """Returns the items of the list whose conjunction is the first word of `behind`; empty if there is none."""
    segments, starts_at_mark = _segments(sentence, before, behind[0])
    last = _until_mark(sentence, behind[1:])
    opening = max((index for index, segment in enumerate(segments) if len(segment) > _MAX_WORDS), default=0)
    segments, starts_at_mark = segments[opening:], starts_at_mark and not opening
    if segments and not starts_at_mark and _introduces(segments[0], vocabulary):
        segments = segments[1:]
    if len(segments) < _MIN_ITEMS - 1 or not last:
        return []
    shape = _shape(segments[1], vocabulary)
    first = segments[0] if starts_at_mark else _end_of(segments[0], segments[1], shape, vocabulary)
    others = [first, *segments[1:]]
    is_subject = not starts_at_mark and len(first) == len(segments[0])
    items = [*others, _trimmed(last, others, vocabulary, is_subject=is_subject)]
    different = {_text(sentence, item).casefold() for item in items}
    if not _MIN_ITEMS <= len(items) <= _MAX_ITEMS or len(different) < len(items) or _is_sum(items, vocabulary):
        return []
    shapes = {_shape(item, vocabulary) for item in items if item and item[0] is not before[0]}
    if _qualify_noun(segments[0], items, vocabulary, starts_at_mark=starts_at_mark) or _names_places(
        items, behind, vocabulary
    ):
        return []
    is_alike = len(shapes) == 1 or (starts_at_mark and shapes == {_Shape.NAME, _Shape.DETERMINER})
    is_alike = is_alike or (_Shape.NUMBER in shapes and all(_is_amount(item, vocabulary) for item in items))
    return items if is_alike and all(_is_item(sentence, item, vocabulary) for item in items) else []


def _is_amount(item: _Item, vocabulary: Vocabulary) -> bool:
    """Whether an item says how much of something: 3 eggs, a pinch of salt, half a lemon."""
    return bool(item) and (_shape(item, vocabulary) is _Shape.NUMBER or item[0].folded in vocabulary.numerators)


def _is_aside(sentence: str, words: _Item, items: Sequence[_Item], vocabulary: Vocabulary) -> bool:
    """Whether items are no list: clauses that are a whole sentence, the end of a pair, or a list that only says when."""
    at = words.index(items[0][0])
    introduced, behind = words[:at], words[words.index(items[-1][-1]) + 1 :]
    if introduced and introduced[-1].among(vocabulary.list_ends):
        return True  # "between dawn and dusk, rain or shine"
    is_open = words[0].among(vocabulary.subordinates - vocabulary.prepositions)
    if is_open and behind and "," in sentence[items[-1][-1].end : behind[0].start]:
        return True  # "whether you walk, ride, or drive, the view is the same"
    says_all = not behind and (not at or is_subordinate(sentence, Span(0, items[0][0].start), vocabulary))
    small = vocabulary.determiners | vocabulary.prepositions | vocabulary.part_of
    has_verbs = all(sum(not word.among(small) for word in item) > 1 for item in items)
    return says_all and has_verbs and not any(_shape(item, vocabulary) is _Shape.NUMBER for item in items)


def _qualify_noun(opening: _Item, items: Sequence[_Item], vocabulary: Vocabulary, *, starts_at_mark: bool) -> bool:
    """Whether the items are adjectives between an article and its noun: the old, grey and rusty car."""
    first, last = items[0], items[-1]
    at = len(opening) - len(first)
    if starts_at_mark or at <= 0 or not opening[at - 1].among(vocabulary.determiners):
        return False
    has_article = any(item[0].among(vocabulary.determiners) for item in items)
    return not has_article and len(last) > max(map(len, items[:-1]))


def _names_places(items: Sequence[_Item], behind: _Item, vocabulary: Vocabulary) -> bool:
    """Whether a name behind the list belongs to its last item, so that others may be such pairs: and Paris, Texas."""
    rest = behind[1 + len(items[-1]) :]
    is_pair = bool(rest) and bool(items[-1]) and items[-1][-1].closes and rest[0].is_capitalized
    return is_pair and _shape(items[0], vocabulary) is _shape(items[-1], vocabulary) is _Shape.NAME


def _introduces(segment: _Item, vocabulary: Vocabulary) -> bool:
    """Whether words before a comma stand outside the list: in ordinary years, first, however."""
    outside = vocabulary.ranks | vocabulary.ordinals | vocabulary.stops
    is_alone = len(segment) == 1 and (segment[0].among(outside) or segment[0].folded in _ADVERBS)
    return is_alone or segment[0].among(vocabulary.subordinates)


def _is_sum(items: Sequence[_Item], vocabulary: Vocabulary) -> bool:
    """Whether the items are one amount: three days, four hours and ten minutes."""
    dimensions = {vocabulary.units.get(item[-1].folded, ("", 0.0))[0] if item else "" for item in items}
    return len(dimensions) == 1 and not dimensions & {"", "people"}


def _segments(sentence: str, words: _Item, conjunction: Token) -> tuple[list[_Item], bool]:
    """Returns what stands between the commas before a conjunction, and whether the first one stands behind another mark."""
    segments: list[list[Token]] = [[]]
    starts_at_mark = False
    for word, following in zip(words, (*words[1:], conjunction), strict=True):
        segments[-1].append(word)
        gap = sentence[word.end : following.start]
        if _BREAK.search(gap):
            segments, starts_at_mark = [[]], True
        elif "," in gap:
            segments.append([])
    return [segment for segment in segments if segment], starts_at_mark


def _until_mark(sentence: str, words: _Item) -> _Item:
    for count, (word, following) in enumerate(pairwise(words), start=1):
        gap = sentence[word.end : following.start]
        if "," in gap or _BREAK.search(gap):
            return words[:count]
    return words


def _shape(item: _Item, vocabulary: Vocabulary) -> _Shape:
    first = item[0]
    if first.among(vocabulary.determiners | vocabulary.part_of):
        return _Shape.DETERMINER
    if first.among(vocabulary.prepositions):
        return _Shape.PREPOSITION
    if first.folded in vocabulary.numbers or first.text[0].isdigit() or first.among(vocabulary.halves):
        return _Shape.NUMBER
    return _Shape.NAME if first.is_capitalized else _Shape.PLAIN


def _end_of(segment: _Item, second: _Item, shape: _Shape, vocabulary: Vocabulary) -> _Item:
    """Returns the first item, at the end of the words that introduce the list: it begins as the second one does."""
    if shape is _Shape.NAME:
        first = len(segment)
        while first and segment[first - 1].is_capitalized and len(segment) - first < _MAX_WORDS:
            first -= 1
        return segment[first:]
    if shape is _Shape.PLAIN:
        first = max(0, len(segment) - len(second))
        small = vocabulary.stops | vocabulary.prepositions | vocabulary.determiners
        while first < len(segment) and any(word.among(small) for word in segment[first:]):
            first += 1
        return segment[first:]
    starts = [
        index
        for index, word in enumerate(segment)
        if _shape([word], vocabulary) is shape and (shape is not _Shape.PREPOSITION or word.folded == second[0].folded)
    ]
    if not starts and second[0].folded in vocabulary.numerators:
        starts = [index for index, word in enumerate(segment) if _shape([word], vocabulary) is _Shape.NUMBER]
    first = starts[-1] if starts else len(segment)
    while shape is _Shape.DETERMINER and first - 1 in starts:
        first -= 1
    return segment[first:]


def _trimmed(last: _Item, others: Sequence[_Item], vocabulary: Vocabulary, *, is_subject: bool) -> _Item:
    """Cuts what follows the list off its last item; empty if the item's end is not certain."""
    small = (vocabulary.stops | vocabulary.prepositions) - vocabulary.part_of
    if any(word.among(small) for item in others for word in item[1:]):
        return last
    end = next((index for index, word in enumerate(last) if index and word.among(small)), len(last))
    is_certain = end < len(last) and last[end].among(vocabulary.stops)  # a verb follows
    if is_subject and end > max(map(len, others)):
        names_things = all(item and item[-1].folded.endswith("s") for item in others)  # not "red, white and blue flags"
        return last[:end] if is_certain and names_things else []
    return last[:end]


def _is_item(sentence: str, item: _Item, vocabulary: Vocabulary) -> bool:
    most = _MAX_WORDS + _is_amount(item, vocabulary)  # "half a teaspoon of salt"
    if not item or len(item) > most or columns(_text(sentence, item)) > _MAX_COLUMNS:
        return False
    begins_clause = item[0].among(vocabulary.pronouns | vocabulary.stops) or any(
        word.among(vocabulary.pronouns) for word in item
    )
    has_letters = any(character.isalpha() for word in item for character in word.text)
    return not begins_clause and has_letters


def _text(sentence: str, item: _Item) -> str:
    return sentence[item[0].start : item[-1].end] if item else ""
