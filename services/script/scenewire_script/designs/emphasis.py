"""Chooses the words of a sentence that are marked. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from scenewire.text.languages import primary_language
from scenewire_script.designs.reading.clauses import Span
from scenewire_script.designs.reading.quantities import Found
from scenewire_script.designs.reading.tokens import NAME_PARTICLES, Token, tokens_of
from scenewire_script.designs.reading.vocabulary import Vocabulary
from scenewire_script.text.keywords import is_filler

__all__ = ["MAX_EMPHASIS_WORDS", "Reading", "emphasis_of"]

MAX_EMPHASIS_WORDS: Final = 3
_MIN_LETTERS: Final = 5

_Words = tuple[int, int]
"""Indexes of the first and last word."""


@dataclass(frozen=True)
class Reading:
    """What was read in a sentence, and what of its scene."""

    sentence: str
    quantities: Sequence[Found]
    keywords: Sequence[str]
    """Of the scene, best first."""
    vocabulary: Vocabulary | None
    language: str


def emphasis_of(reading: Reading, span: Span) -> str:
    """Returns one to three neighbouring words to mark in a part of a sentence; empty if none stand out."""
    words = tokens_of(reading.sentence, *span)
    for first, last in _candidates(words, reading, span):
        marked = reading.sentence[words[first].start : words[last].end]
        if last - first < len(words) - 1 and len(marked.split()) <= MAX_EMPHASIS_WORDS:
            return marked
    if len(words) != 1:
        return ""
    return next((keyword for keyword in reading.keywords if keyword in words[0].text and keyword != words[0].text), "")


def _candidates(words: Sequence[Token], reading: Reading, span: Span) -> Iterator[_Words]:
    vocabulary = reading.vocabulary
    if vocabulary is not None:
        yield from _negated(words, vocabulary)
        yield from _ranked(words, vocabulary)
    yield from _counted(words, span, reading.quantities)
    if primary_language(reading.language) != "de":  # German writes all nouns with capitals
        yield from _names(words, vocabulary.months if vocabulary else frozenset())
    stressed = [None if _is_pointless(word, reading) or _is_no_noun(word, vocabulary) else word for word in words]
    yield from _keywords(stressed, reading.keywords)
    yield from _longest(words, reading)


def _negated(words: Sequence[Token], vocabulary: Vocabulary) -> Iterator[_Words]:
    """Yields a negation with what it denies: no locks, not a ship, no tiene esclusas."""
    small = vocabulary.prepositions | vocabulary.determiners | vocabulary.stops
    for at, word in enumerate(words):
        if word.closes or not (word.among(vocabulary.negations) or word.folded.endswith("n't")):
            continue
        denied = words[at + 1 : at + 3]
        has_object = len(denied) > 1 and not denied[0].closes and not denied[1].among(small)
        is_verbal = word.among(vocabulary.verb_negations)
        last = _noun_after(words, at, vocabulary) if not is_verbal else at + 2 if has_object else None
        if last is not None:
            yield at, last


def _ranked(words: Sequence[Token], vocabulary: Vocabulary) -> Iterator[_Words]:
    """Yields only, first, last, never and superlatives with their noun."""
    for at, word in enumerate(words):
        is_superlative = re.fullmatch(vocabulary.superlative, word.folded) is not None
        if not word.closes and (is_superlative or word.among(vocabulary.ranks)):
            last = _noun_after(words, at, vocabulary)
            if last is not None:
                yield at, last


def _noun_after(words: Sequence[Token], at: int, vocabulary: Vocabulary) -> int | None:
    """Returns the index of the word that another one is about; None if only small words follow."""
    for index in range(at + 1, min(len(words), at + MAX_EMPHASIS_WORDS)):
        word = words[index]
        is_small = "'" not in word.folded and word.among(vocabulary.determiners | vocabulary.part_of)
        if not is_small and word.folded not in vocabulary.numbers:
            goes_on = "'" not in word.folded and word.among(vocabulary.prepositions | vocabulary.joins)
            return None if goes_on else index
        if word.closes:
            return None
    return None


def _counted(words: Sequence[Token], span: Span, quantities: Sequence[Found]) -> Iterator[_Words]:
    for found in quantities:
        if span.start <= found.start and found.end <= span.end:
            inside = [index for index, word in enumerate(words) if word.end > found.start and word.start < found.end]
            if inside:
                yield inside[0], inside[-1]


def _names(words: Sequence[Token], months: frozenset[str]) -> Iterator[_Words]:
    """Yields runs of capitalized words that don't begin the part; in a text of capitals only, there are none."""
    if not any(character.islower() for word in words for character in word.text):
        return
    first = 0
    while first < len(words):
        last = first
        while last < len(words) and words[last].is_capitalized:
            last += 1
            if last + 1 < len(words) and words[last].text in NAME_PARTICLES and words[last + 1].is_capitalized:
                last += 1
            if words[last - 1].closes:
                break
        if 0 < first < last and not words[first].among(months):
            yield first, last - 1
        first = max(last, first + 1)


def _keywords(words: Sequence[Token | None], keywords: Sequence[str]) -> Iterator[_Words]:
    """Yields keywords of the scene; None stands for words that are no part of one."""
    folded = [word.folded if word else "" for word in words]
    for keyword in keywords:
        parts = keyword.casefold().replace("’", "'").split()
        for at in range(len(folded) - len(parts) + 1) if parts else ():
            if folded[at : at + len(parts)] == parts and not any(
                word and word.closes for word in words[at : at + len(parts) - 1]
            ):
                yield at, at + len(parts) - 1


def _longest(words: Sequence[Token], reading: Reading) -> Iterator[_Words]:
    """Yields the longest word; in German the longest noun, if there is one."""
    vocabulary = reading.vocabulary
    small = vocabulary.stops | vocabulary.prepositions | vocabulary.determiners if vocabulary else frozenset()
    lengths = [
        (_is_no_noun(word, vocabulary), -sum(map(str.isalpha, word.text)), at)
        for at, word in enumerate(words)
        if not word.among(small) and not _is_pointless(word, reading)
    ]
    for _, length, at in sorted(lengths)[:1]:
        if -length >= _MIN_LETTERS:
            yield at, at


def _is_no_noun(word: Token, vocabulary: Vocabulary | None) -> bool:
    """Whether a language that writes nouns with capitals shows that a word is none."""
    return vocabulary is not None and vocabulary.noun == "capitalized" and not (word.start and word.is_capitalized)


def _is_pointless(word: Token, reading: Reading) -> bool:
    """Whether nobody would stress a word, because it only says how or how often, or refers to others: usually, everybody."""
    vocabulary = reading.vocabulary
    if vocabulary is None:
        return False
    is_english_filler = primary_language(reading.language) == "en" and is_filler(word.text)
    return (
        word.among(vocabulary.fillers) or is_english_filler or re.fullmatch(vocabulary.adverb, word.folded) is not None
    )
