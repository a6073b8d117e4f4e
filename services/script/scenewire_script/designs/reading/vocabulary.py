"""What a language's table of words holds. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

__all__ = ["Unit", "Vocabulary", "number_table", "unit_table", "word_set"]

Unit = tuple[str, float]
"""The dimension of a unit, and how many of the dimension's base units it is."""


def word_set(text: str) -> frozenset[str]:
    """Returns the words of a table's line."""
    return frozenset(text.split())


def number_table(text: str) -> Mapping[str, float]:
    """Returns numbers by their words; each line is a number and its words."""
    return {
        word: float(Fraction(value))
        for line in text.strip().splitlines()
        for value, *rest in [line.split()]
        for word in rest
    }


def unit_table(text: str) -> Mapping[str, Unit]:
    """Returns units by their words; each line is a dimension, a factor and the words."""
    lines = (line.split() for line in text.strip().splitlines())
    return {word: (dimension, float(Fraction(factor))) for dimension, factor, *rest in lines for word in rest}


@dataclass(frozen=True)
class Vocabulary:
    """Words that decide what a sentence shows, without case and with straight apostrophes."""

    joins: frozenset[str]
    """Begin a clause."""
    coordinators: frozenset[str]
    """Join a clause to the one before: and, but."""
    subordinates: frozenset[str]
    """Begin a clause that is not the main one."""
    determiners: frozenset[str]
    definites: frozenset[str]
    """Determiners of what is known already: the, these, its. A number word behind one is no news."""
    prepositions: frozenset[str]
    stops: frozenset[str]
    """Other words that are no nouns: verbs, pronouns, adverbs."""
    negations: frozenset[str]
    ranks: frozenset[str]
    """Only, first, last, never, and superlatives."""
    superlative: str
    """Pattern of superlatives that no list holds."""
    ordinals: frozenset[str]
    """The other, the second: one of several that were counted."""
    numbers: Mapping[str, float]
    scales: Mapping[str, float]
    fractions: Mapping[str, float]
    """Nouns of a part: tenth."""
    numerators: Mapping[str, float]
    """Words before the noun of a part, besides numbers: a tenth."""
    wholes: frozenset[str]
    """Half of what follows."""
    halves: frozenset[str]
    """Half a unit: half a day, medio día."""
    part_of: frozenset[str]
    """Words between a part and its whole."""
    units: Mapping[str, Unit]
    measures: frozenset[str]
    """Behind a unit: kilometres long."""
    rates: frozenset[str]
    """Between two units: kilometres per hour."""
    months: frozenset[str]
    year_openers: frozenset[str]
    """Words before a year that change what it means: since."""
    plain_openers: frozenset[str]
    """Words before a year that need not be shown: in."""
    year_fillers: frozenset[str]
    """Words between those and the year: in the year."""
    eras: frozenset[str]
    """Behind a year that is none of ours."""
    approximators: frozenset[str]
    """Words that make a number true: about, more than."""
    labels: frozenset[str]
    """Words whose number is a name: page 7."""
    clock_before: frozenset[str]
    clock_after: frozenset[str]
    list_ends: frozenset[str]
    """And, or."""
    sayings: frozenset[str]
    """Verbs beside the name of who says something."""
    sources: tuple[tuple[str, ...], ...]
    """Words before that name: according to."""
    points: frozenset[str]
    """Behind a time that is a point, not a duration: ago."""
    pronouns: frozenset[str]
    portions: frozenset[str] = frozenset()
    """Nouns that matter is portioned in, whose name stands right behind them: Flaschen Wasser."""
    percent: tuple[str, str] = ("per", "cent")
    powers: frozenset[str] = frozenset()
    """Behind a unit that isn't a length: kilomètres carrés."""
    part_nouns: frozenset[str] = frozenset()
    """Between a part and its whole: una décima parte."""
    verb_negations: frozenset[str] = frozenset()
    """Negations before a verb, whose object is denied, too."""
    noun: Literal["plural", "capitalized", "next"] = "next"
    """How the noun behind a number is found: its plural ends in s, it is capitalized, or it is the next word."""
    plurals: frozenset[str] = frozenset()
    """Plurals without an s."""
    decimal_comma: bool = True
    bare_years: bool = False
    """Whether a year stands at the beginning of a clause without a preposition."""
    count_openers: frozenset[str] = frozenset()
    """Openers that stand before a year only if no word follows it: in 1500 parole."""
    fillers: frozenset[str] = frozenset()
    """Words that are never emphasized for their length."""
    adverb: str = ""
    """Pattern of adverbs, which are not emphasized either."""

    @property
    def hour(self) -> Unit:
        """The unit of clock times in languages that say "at 5 hours"."""
        return "time", 1 / 24
