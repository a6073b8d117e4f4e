"""Compares two quantities of one dimension. Pure."""

from collections.abc import Sequence
from typing import Final

from scenewire.messages import Bar, Comparison
from scenewire_script.designs.clauses import clauses_of
from scenewire_script.designs.quantities import Found
from scenewire_script.designs.tokens import columns, tokens_of
from scenewire_script.designs.vocabulary import Vocabulary

__all__ = ["Counted", "comparison_of"]

_MIN_RATIO: Final = 1.2
_MAX_LABEL_COLUMNS: Final = 40

Counted = tuple[str, Sequence[Found]]
"""A sentence and its quantities."""


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


def _label(sentence: str, start: int, found: Found, vocabulary: Vocabulary) -> str:
    """Returns the words before a quantity in its clause, from a place in the sentence on."""
    clause = next(span for span in clauses_of(sentence, vocabulary) if span.start <= found.start < span.end)
    words = tokens_of(sentence, max(start, clause.start), found.start)
    if len(words) > 1 and words[0].among(vocabulary.coordinators):
        words = words[1:]
    label = sentence[words[0].start : found.start].strip() if words else ""
    return label if columns(label) <= _MAX_LABEL_COLUMNS else ""
