"""Compares two quantities of one dimension. Pure."""

from collections.abc import Sequence
from typing import Final

from scenewire.messages import Bar, Comparison
from scenewire_script.designs.reading.clauses import clauses_of
from scenewire_script.designs.reading.quantities import Found
from scenewire_script.designs.reading.tokens import Token, columns, tokens_of
from scenewire_script.designs.reading.vocabulary import Vocabulary, word_set

__all__ = ["Counted", "comparison_of"]

_MIN_RATIO: Final = 1.2
_MAX_LABEL_COLUMNS: Final = 40
_STEM_CHARS: Final = 4
_REFERENCES: Final = word_set("one ones than")
"""English words that point at what was measured before: the new one."""

Counted = tuple[str, Sequence[Found]]
"""A sentence and its quantities."""

Spoken = tuple[str, Found]
"""A sentence and a quantity of it."""


def comparison_of(here: Counted, before: Counted | None, vocabulary: Vocabulary) -> Comparison | None:
    """Returns the comparison of two quantities of a sentence, or of one with one of the sentence before it.

    Args:
        here: the sentence.
        before: the sentence before it; None if it speaks of something else.
        vocabulary: its language's table.
    """
    for dimension in dict.fromkeys(found.dimension for found in here[1] if found.dimension and found.value > 0):
        own = _of(here, dimension)
        if len(own) == 2:
            pairs = [(here[0], own[0]), (here[0], own[1])]
        elif len(own) == 1 and before is not None and len(earlier := _of(before, dimension)) == 1:
            pairs = [(before[0], earlier[0]), (here[0], own[0])]
        else:
            continue
        if not _is_parallel(pairs[0], pairs[1], vocabulary):
            continue
        starts = (0, pairs[0][1].end if len(own) == 2 else 0)
        first, second = (
            Bar(
                value=found.value,
                text=sentence[found.start : found.end],
                label=_label(sentence, start, found, vocabulary),
            )
            for (sentence, found), start in zip(pairs, starts, strict=True)
        )
        if max(first.value, second.value) >= _MIN_RATIO * min(first.value, second.value):
            return Comparison(bars=(first, second))
    return None


def _of(counted: Counted, dimension: str) -> list[Found]:
    return [found for found in counted[1] if found.dimension == dimension and found.value > 0]


def _is_parallel(first: Spoken, second: Spoken, vocabulary: Vocabulary) -> bool:
    """Whether two quantities say something of the same kind.

    They share a verb, a noun or the preposition before them, or the second clause has no verb or points at the first one:
    the second, the new one. A height and a length are not alike.
    """
    start = first[1].end if first[0] is second[0] else 0
    before, preposition = _around(*first, 0, vocabulary)
    behind, other = _around(*second, start, vocabulary)
    measures = [_measure(*counted, vocabulary) for counted in (first, second)]
    if all(measures) and measures[0] != measures[1]:
        return False
    if preposition and preposition == other:
        return True
    if any(word.among(vocabulary.ordinals) or word.folded in _REFERENCES for word in behind):
        return True
    if start and _has_no_verb(second[0], tokens_of(second[0], start, second[1].start), vocabulary):
        return True
    small = vocabulary.determiners | vocabulary.approximators | vocabulary.list_ends | vocabulary.coordinators
    small |= vocabulary.prepositions | vocabulary.pronouns | vocabulary.part_of
    return any(_is_same(word, rival) for word in behind for rival in before if not rival.among(small))


def _measure(sentence: str, found: Found, vocabulary: Vocabulary) -> str:
    """Returns the word directly behind a unit that says what is measured, such as *high*; empty if there is none."""
    return next((word.folded for word in tokens_of(sentence, found.end)[:1] if word.among(vocabulary.measures)), "")


def _has_no_verb(sentence: str, words: Sequence[Token], vocabulary: Vocabulary) -> bool:
    """Whether the words between two quantities leave the verb to the first one: an elephant only; of flour with."""
    joins = vocabulary.coordinators | vocabulary.list_ends
    if words and words[-1].among(vocabulary.prepositions) and len(clauses_of(sentence, vocabulary)) == 1:
        return not any(word.among(joins) for word in words)
    small = vocabulary.approximators | vocabulary.determiners | joins
    nouns = [at for at, word in enumerate(words) if not word.among(small)]
    return not nouns or (len(nouns) == 1 and nouns[0] > 0 and words[nouns[0] - 1].among(vocabulary.determiners))


def _around(sentence: str, found: Found, start: int, vocabulary: Vocabulary) -> tuple[list[Token], str]:
    """Returns the words beside a quantity in its clause, and the preposition directly before it."""
    clause = next(span for span in clauses_of(sentence, vocabulary) if span.start <= found.start < span.end)
    words = tokens_of(sentence, max(start, clause.start), found.start)
    close = [word for word in words if not word.among(vocabulary.approximators - vocabulary.prepositions)][-1:]
    preposition = close[0].folded if close and close[0].among(vocabulary.prepositions) else ""
    return [*words, *tokens_of(sentence, found.end, clause.end)], preposition


def _is_same(word: Token, other: Token) -> bool:
    """Whether two words are forms of one, as far as their letters tell."""
    left, right = word.folded, other.folded
    return left == right or (min(len(left), len(right)) >= _STEM_CHARS and left[:_STEM_CHARS] == right[:_STEM_CHARS])


def _label(sentence: str, start: int, found: Found, vocabulary: Vocabulary) -> str:
    """Returns the words before a quantity in its clause, from a place in the sentence on."""
    clause = next(span for span in clauses_of(sentence, vocabulary) if span.start <= found.start < span.end)
    words = tokens_of(sentence, max(start, clause.start), found.start)
    if len(words) > 1 and words[0].among(vocabulary.coordinators):
        words = words[1:]
    label = sentence[words[0].start : found.start].strip() if words else ""
    return label if columns(label) <= _MAX_LABEL_COLUMNS else ""
