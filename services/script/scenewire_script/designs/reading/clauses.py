"""Divides a sentence into clauses, and into what stands before, in and behind its main clause. Pure."""

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from scenewire_script.designs.reading.tokens import Token, columns, tokens_of
from scenewire_script.designs.reading.vocabulary import Vocabulary, word_set

__all__ = [
    "AND_A_HALF",
    "MAX_HEAD_COLUMNS",
    "MAX_HEAD_WORDS",
    "Span",
    "clauses_of",
    "is_subordinate",
    "main_clause",
    "tail",
]

MAX_HEAD_WORDS: Final = 7
MAX_HEAD_COLUMNS: Final = 38

_MIN_WORDS_BEFORE: Final = 2
"""Before a conjunction, for a clause to end there."""

_MIN_WORDS_AFTER: Final = 3
"""From a conjunction on, besides itself."""

_ADVERBS: Final = word_set(
    """however therefore moreover instead perhaps indeed jedoch allerdings dagegen vielleicht cependant pourtant toutefois
    peut-être embargo quizás tuttavia invece forse porém contudo talvez"""
)
"""They stand between commas and are no items."""

_REFLEXIVES: Final = word_set("sich se si s'")

_MARK: Final = re.compile(
    r"(?<!\d),(?:[\"'”’»)\]]*)\s+|(?<=\d),\s+(?!\d)|[;:](?:[\"'”’»)\]]*)\s+|[،؛]\s+|[，、；：]\s*"
    r"|\s+[—–-]+\s+|(?<!\d)[—–](?!\d)\s*"
)


class Span(NamedTuple):
    """A part of a sentence, without the space around it."""

    start: int
    end: int


AND_A_HALF: Final = ("and", "a", "half")
"""Belongs to the number before it: two and a half million."""


def clauses_of(sentence: str, vocabulary: Vocabulary | None) -> list[Span]:
    """Returns the clauses of a sentence in order; marks stay with the clause before them.

    Args:
        sentence: on one line.
        vocabulary: its language's table; without one, only marks end clauses.
    """
    clauses: list[Span] = []
    start = 0
    for mark in _MARK.finditer(sentence):
        clauses += _divided(sentence, start, mark.end(), vocabulary)
        start = mark.end()
    clauses += _divided(sentence, start, len(sentence), vocabulary)
    return clauses


def main_clause(sentence: str, vocabulary: Vocabulary | None) -> Span | None:
    """Returns the main clause, or None if it is too long to stand in large letters.

    A conjunction that joins it to an earlier clause stays with that one. Without a table, it is the first clause that is
    short enough.
    """
    clauses = clauses_of(sentence, vocabulary)
    if vocabulary is None:
        return next(
            (clause for clause in clauses if _fits(sentence, clause) and _is_telling(sentence, clause)), None
        ) or (clauses[0] if len(clauses) == 1 and _fits(sentence, clauses[0]) else None)
    clauses = _with_series(sentence, clauses, vocabulary)
    main = [clause for clause in clauses if not is_subordinate(sentence, clause, vocabulary)]
    candidates = (main or clauses)[:2]  # "However, the bridge held"; more single words are a list
    only = clauses[0] if len(clauses) == 1 else None
    chosen = next((clause for clause in candidates if _is_telling(sentence, clause)), only)
    if chosen is None:
        return None
    words = tokens_of(sentence, *chosen)
    if chosen.start and len(words) > 1 and words[0].among(vocabulary.coordinators):
        chosen = Span(words[1].with_marks[0], chosen.end)
    return chosen if _fits(sentence, chosen) else None


def tail(sentence: str, vocabulary: Vocabulary | None) -> Span:
    """Returns an end of a sentence that is short enough for large letters: a phrase, else as many words as possible."""
    spans = [(word, Span(word.with_marks[0], len(sentence))) for word in tokens_of(sentence)[-MAX_HEAD_WORDS:]]
    ends = [(word, span) for word, span in spans if span.start and _fits(sentence, span)]
    if ends:
        starters = vocabulary.prepositions if vocabulary else frozenset()
        phrases = (span for word, span in ends[: 1 - _MIN_WORDS_AFTER] if word.among(starters))
        return next(phrases, ends[0][1])
    start = len(sentence) - 1
    while start and columns(sentence[start - 1 :]) <= MAX_HEAD_COLUMNS // 2:
        start -= 1
    return Span(start, len(sentence))


def _divided(sentence: str, start: int, end: int, vocabulary: Vocabulary | None) -> Iterator[Span]:
    """Yields the clauses between two marks."""
    while start < end and sentence[start].isspace():
        start += 1
    while end > start and sentence[end - 1].isspace():
        end -= 1
    if start == end:
        return
    words = tokens_of(sentence, start, end) if vocabulary else []
    first = 0
    for at, word in enumerate(words):
        if vocabulary and _begins_clause(words, first, at, vocabulary):
            cut = word.with_marks[0]
            yield Span(start, len(sentence[:cut].rstrip()))
            start, first = cut, at
    yield Span(start, end)


def _begins_clause(words: Sequence[Token], first: int, at: int, vocabulary: Vocabulary) -> bool:
    if at - first < _MIN_WORDS_BEFORE or len(words) - at - 1 < _MIN_WORDS_AFTER:
        return False
    if words[at - 1].text[0].isdigit() and any(map(str.isdigit, words[at + 1].text)):
        return False  # "between 1956 and 1967"
    if tuple(word.folded for word in words[at : at + len(AND_A_HALF)]) == AND_A_HALF:
        return False
    if not words[at].among(vocabulary.joins) or words[at - 1].among(vocabulary.prepositions | vocabulary.determiners):
        return False
    follows = words[at + 1].among(vocabulary.pronouns | vocabulary.determiners | vocabulary.joins)
    return words[at].folded != "so" or follows  # "so many ships" goes on


def is_subordinate(sentence: str, clause: Span, vocabulary: Vocabulary) -> bool:
    """Returns whether a clause only says when, where, why or how: after lunch, because it rained."""
    words = tokens_of(sentence, *clause)
    opens_sentence = clause.start == 0 and bool(words) and words[0].among(vocabulary.subordinates)  # "While it rained,"
    if len(words) > 1 and words[0].among(vocabulary.coordinators) and not opens_sentence:
        words = words[1:]
    return bool(words) and words[0].among(vocabulary.subordinates | vocabulary.prepositions)


def _with_series(sentence: str, clauses: Sequence[Span], vocabulary: Vocabulary) -> list[Span]:
    """Returns the clauses, each with the series of words that goes on from it: when it rains, snows, or hails."""
    joined: list[Span] = []
    at = 0
    while at < len(clauses):
        end = _series_end(sentence, clauses, at, vocabulary)
        joined.append(Span(clauses[at].start, clauses[end].end))
        at = end + 1
    return joined


def _series_end(sentence: str, clauses: Sequence[Span], at: int, vocabulary: Vocabulary) -> int:
    """Returns the index of the last clause of a series that begins in a clause, or its own.

    A series ends with *and* or *or*. Behind a clause that only says when or why, its items may have two words, because a
    main clause has to follow.
    """
    is_open = is_subordinate(sentence, clauses[at], vocabulary)
    most = 2 if is_open else 1
    for end in range(at + 1, len(clauses) - is_open):
        if not sentence[: clauses[end - 1].end].endswith(","):
            return at
        words = tokens_of(sentence, *clauses[end])
        if is_open and len(words) > 1 and words[-1].folded in vocabulary.stops:
            words = words[:-1]  # "weil es kalt, dunkel und tief ist"
        joint = next((index for index, word in enumerate(words) if word.among(vocabulary.list_ends)), None)
        if joint is None:
            if not _may_be_item(words, vocabulary, most):
                return at
        elif joint:
            parts = (words[:joint], words[joint + 1 :])
            return end if all(_may_be_item(part, vocabulary, 1) for part in parts) else at
        else:
            goes_on = not is_open and end > at + 1  # "who built, paid for, and used the canal"
            return end if goes_on or _may_be_item(words[1:], vocabulary, most) else at
    return at


def _may_be_item(words: Sequence[Token], vocabulary: Vocabulary, most: int) -> bool:
    """Whether some words are so few that they may be an item of a series, and are not known to be anything else."""
    small = vocabulary.determiners | vocabulary.prepositions | vocabulary.part_of | _REFLEXIVES
    telling = [word for word in words if word.folded not in small]
    others = (vocabulary.stops | vocabulary.pronouns | _ADVERBS) - _REFLEXIVES
    return 0 < len(telling) <= most and not any(word.among(others) for word in telling)


def _is_telling(sentence: str, clause: Span) -> bool:
    """Whether a clause is more than a word such as "However,"."""
    text = sentence[clause.start : clause.end]
    return len(tokens_of(text)) > 1 or columns(text) > len(text)  # wide characters have no spaces between words


def _fits(sentence: str, span: Span) -> bool:
    text = sentence[span.start : span.end]
    return len(tokens_of(text)) <= MAX_HEAD_WORDS and columns(text) <= MAX_HEAD_COLUMNS
