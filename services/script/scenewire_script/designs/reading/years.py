"""Finds the years that a sentence names, with what happened. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from scenewire_script.designs.reading.clauses import Span, clauses_of, is_subordinate
from scenewire_script.designs.reading.tokens import Token, tokens_of
from scenewire_script.designs.reading.units import UNIT_SIGNS
from scenewire_script.designs.reading.vocabulary import Vocabulary, word_set

__all__ = ["Named", "years_of"]

_YEAR: Final = re.compile(r"1[0-9]{3}|20[0-9]{2}")
_PLAIN: Final = re.compile(
    r"(?<![\w.,:/–-])(?P<year>1[0-9]{3}|20[0-9]{2})"
    r"(?:\s?[年년]\s?(?P<month>[0-9]{1,2}\s?[月월](?:\s?[0-9]{1,2}\s?[日일])?)?|(?![\w/–-]|[.,:]\d|\s?[%‰°]))"
)
_EDGES: Final = " ,;:.!?…—–-،؛؟۔।॥、，；：。！？"
_MIN_WORDS: Final = 2
_MAX_BEFORE_CHARS: Final = 40
_SMALL_CHARS: Final = 3
"""The longest word that is dropped where a year was taken out, in a language without a table: mostly prepositions."""

_YEAR_WORDS: Final = word_set(
    """год года году роки року році година години roku rok roce r г р jaar året år yıl yılı yılında vuonna anul عام سنة سال
    में year jahr jahre l'an l'année année año anno ano"""
)
_NOT_BEHIND: Final = word_set("jaar år yıl سنة سال year jahr jahre année año anno ano")
"""Year words that are units behind a number: 1500 jaar."""

_SINCE: Final = word_set("since seit depuis desde dal dall'")
"""No count stands behind them."""

_ADDRESSES: Final = word_set(
    "avenue ave street st road rd lane drive boulevard blvd square court rue calle avenida via piazza rua straße"
)


@dataclass(frozen=True)
class Named:
    """A year that a sentence names."""

    year: int
    before: str
    """The month, or since or until."""
    clause: str
    """Its clause without the date."""
    is_range: bool = False
    """Whether it is one end of a range, which says nothing by itself."""


def years_of(sentence: str, vocabulary: Vocabulary | None) -> list[Named]:
    """Returns the years of a sentence in order.

    With a table, a year stands behind a word such as *in* or *since*, or behind a month. Without one, any number with four
    digits is a year that has a word for a year beside it or no word behind it.
    """
    clauses = clauses_of(sentence, vocabulary)
    found: list[Named] = []
    for index in range(len(clauses)):
        found += _dated(sentence, clauses, index, vocabulary) if vocabulary else _plain(sentence, clauses, index)
    return found


def _plain(sentence: str, clauses: Sequence[Span], index: int) -> Iterator[Named]:
    clause, neighbours = clauses[index], (*clauses[index + 1 :], *clauses[:index])
    for match in _PLAIN.finditer(sentence, clause.start, clause.end):
        start, end = match.span()
        before = tokens_of(sentence, clause.start, start)
        if match[0].isdecimal() and _may_count(sentence, before, end, clause):
            continue
        while len(before) > 1 and _is_small(before[-1]):
            start = before.pop().with_marks[0]
        behind = tokens_of(sentence, end, clause.end)
        while len(behind) > 1 and _is_small(behind[0]):
            end = behind.pop(0).with_marks[1]
        event = _event(sentence, sentence[clause.start : start].strip(_EDGES), Span(end, clause.end), neighbours, None)
        yield Named(int(match["year"]), match["month"] or "", event)


def _may_count(sentence: str, before: Sequence[Token], end: int, clause: Span) -> bool:
    """Whether a word stands directly behind a number and none for a year beside it."""
    behind = tokens_of(sentence, end, clause.end)[:1]
    if not behind or not sentence[end].isspace() or sentence[end : behind[0].start].strip():
        return False
    if before and not before[-1].closes and before[-1].folded in _YEAR_WORDS:
        return False
    return behind[0].folded not in _YEAR_WORDS - _NOT_BEHIND


def _is_small(word: Token) -> bool:
    return (sum(map(str.isalnum, word.text)) <= _SMALL_CHARS and not word.text.isdigit()) or word.folded in _YEAR_WORDS


def _dated(sentence: str, clauses: Sequence[Span], index: int, vocabulary: Vocabulary) -> Iterator[Named]:
    words = tokens_of(sentence, *clauses[index])
    years = {at for at, word in enumerate(words) if _YEAR.fullmatch(word.text) and _is_free(words, at, vocabulary)}
    neighbours = (*clauses[index + 1 :], *clauses[:index])
    named: set[int] = set()
    for at in sorted(years):
        first, shown = _date(words, at, vocabulary)
        is_bare = vocabulary.bare_years and _is_bare(words, at, vocabulary)
        if first == at and shown is None and not is_bare and at - 2 not in named:
            continue
        named.add(at)
        is_range = at + 2 in years or at - 2 in named
        start = 1 if first > 1 and words[0].among(vocabulary.coordinators | vocabulary.joins) else 0
        before = sentence[words[start].with_marks[0] : words[first].start].strip(_EDGES) if first else ""
        if is_bare and first == at and words[at + 1 :] and not words[at + 1].among(vocabulary.prepositions):
            before = ""  # "1945 lagen", "lagen 1945 alle Brücken": the subject stands behind the year
        label = "" if shown is None else sentence[words[shown].start : words[at].start].strip(_EDGES)
        label = _without_fillers(label, vocabulary)
        event = _event(sentence, before, Span(words[at].end, clauses[index].end), neighbours, vocabulary)
        yield Named(int(words[at].text), label if len(label) <= _MAX_BEFORE_CHARS else "", event, is_range)


def _is_bare(words: Sequence[Token], at: int, vocabulary: Vocabulary) -> bool:
    """Whether a number is a year without a preposition: 1956 verstaatlichte Ägypten, begann 1859 unter Lesseps."""
    if words[at].closes or at + 1 == len(words):
        return at > 0 and not words[at - 1].among(vocabulary.approximators | vocabulary.labels)
    behind = words[at + 1]
    if at == 0:
        return not behind.is_capitalized
    small = vocabulary.prepositions | vocabulary.determiners | vocabulary.stops | vocabulary.approximators
    is_small = behind.among(small)
    return is_small and not words[at - 1].among(vocabulary.approximators | vocabulary.labels)


def _date(words: Sequence[Token], at: int, vocabulary: Vocabulary) -> tuple[int, int | None]:
    """Returns the first token of a date and the first one to show, if there is one; the year's own index if it has none."""
    first, shown = at, None
    while first and not words[first - 1].opens and first > at - 6:
        before = words[first - 1]
        is_day = before.text.isdigit() and len(before.text) <= 2
        is_day = is_day and (shown is not None or (first > 1 and words[first - 2].among(vocabulary.months)))
        if is_day or before.among(vocabulary.months):
            first = shown = first - 1
        elif before.among(vocabulary.year_openers):
            return first - 1, first - 1
        elif before.among(vocabulary.plain_openers):
            return first - 1, shown
        elif before.among(vocabulary.year_fillers):
            first -= 1
        else:
            break
        if words[first].closes and first < at - 1:
            break
    return (first, shown) if shown is not None else (at, None)


def _is_free(words: Sequence[Token], at: int, vocabulary: Vocabulary) -> bool:
    """Whether no unit stands behind a number, which would make a quantity of it."""
    if words[at].closes or at + 1 == len(words):
        return True
    behind = words[at + 1]
    unit = vocabulary.units.get(behind.folded, ("", 0.0))[0]
    are_people = unit == "people" and _follows_verb(words, at + 2, vocabulary)  # "in 1848 workers marched"
    if behind.text in UNIT_SIGNS or (unit and not are_people) or behind.among(vocabulary.eras):
        return False
    if _is_counting(words, at, vocabulary):
        return False
    following = words[at + 2 : at + 4]
    is_range = len(following) == 2 and following[0].text.isdigit() and not following[0].closes
    return not (is_range and (following[1].folded in vocabulary.units or following[1].text in UNIT_SIGNS))


def _is_counting(words: Sequence[Token], at: int, vocabulary: Vocabulary) -> bool:
    """Whether a number counts the word directly behind it, or is one of an address: in 1500 cases."""
    before = words[at - 1] if at else None
    if before and (before.folded in _YEAR_WORDS or before.among(vocabulary.months) or before.text.isdigit()):
        return False
    behind = words[at + 1]
    if behind.among(_ADDRESSES):
        return True
    small = vocabulary.stops | vocabulary.prepositions | vocabulary.determiners | vocabulary.months
    if behind.opens or behind.among(small | vocabulary.joins | vocabulary.list_ends):
        return False
    if before and (before.among(_SINCE) or _follows_verb(words, at + 2, vocabulary)):
        return False  # "since 1990 prices", "in 2008 banks had"
    if not behind.is_capitalized:
        if before and before.among(vocabulary.count_openers):
            return True
        is_plural = behind.folded.endswith("s") and not behind.folded.endswith(("ss", "'s"))
        return vocabulary.noun != "capitalized" and (is_plural or behind.folded in vocabulary.plurals)
    if vocabulary.noun == "capitalized":
        return True
    end = at + 1
    while end < len(words) and words[end].is_capitalized and not words[end - 1].closes:
        end += 1
    is_subject = end < len(words) and not words[end - 1].closes and not words[end].among(vocabulary.pronouns)
    return not is_subject or any(word.among(_ADDRESSES) for word in words[at + 1 : end])


def _follows_verb(words: Sequence[Token], at: int, vocabulary: Vocabulary) -> bool:
    """Whether the subject in front of a word ends there: in 2008 banks had, in 2008 banks failed."""
    if vocabulary.noun != "plural" or at >= len(words) or words[at - 1].closes:
        return False
    word = words[at]
    others = vocabulary.pronouns | vocabulary.determiners | vocabulary.prepositions | vocabulary.joins
    others |= vocabulary.list_ends | vocabulary.ordinals | vocabulary.subordinates
    is_past = word.folded.endswith("ed") and len(word.text) > _SMALL_CHARS
    return not word.among(others) and (word.among(vocabulary.stops) or is_past)


def _event(sentence: str, before: str, behind: Span, neighbours: Sequence[Span], vocabulary: Vocabulary | None) -> str:
    """Returns what happened: one side of a clause whose date was taken out, else a neighbouring clause."""
    after = sentence[slice(*behind)].strip(_EDGES)
    if len(before.split()) >= _MIN_WORDS or (before and not after):
        return before
    if after:
        return after
    others = [sentence[slice(*clause)].strip(_EDGES) for clause in neighbours]
    main = (text for text in others if not vocabulary or not is_subordinate(text, Span(0, len(text)), vocabulary))
    return next(main, others[0] if others else "")


def _without_fillers(label: str, vocabulary: Vocabulary) -> str:
    """Drops words such as *de* at the end of *noviembre de*."""
    words = label.split(" ")
    while len(words) > 1 and words[-1].casefold() in vocabulary.year_fillers | vocabulary.plain_openers:
        words.pop()
    return " ".join(words)
