"""Divides text into utterances: joins short sentences and splits long ones. Pure.

A neural voice needs more time and memory per second of speech for longer utterances, and rushes single words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Final

from scenewire_tts.engines.kokoro.phonemes import Break, Piece

__all__ = ["MAX_PHONEMES", "Utterance", "divide", "halve", "length", "number"]

MAX_PHONEMES: Final = 180
"""Per utterance: a sentence of 30 words. The model's own limit is 510."""

_JOIN_PHONEMES: Final = 120
"""Sentences are joined up to this length."""

_MIN_PHONEMES: Final = 8
"""Halves of an utterance are never shorter."""

_CLOSING: Final = frozenset(";:,.!?…”)")

Utterance = tuple[Piece, ...]


def number(pieces: Sequence[Piece], vocabulary: Mapping[str, int]) -> tuple[list[int], list[int | None]]:
    """Converts an utterance to phoneme ids.

    Args:
        pieces: the words.
        vocabulary: ids of the known phonemes; others are dropped.

    Returns:
        The ids, and the index of each word's first phoneme among them; None for a silent word.
    """
    ids: list[int] = []
    firsts: list[int | None] = []
    for piece in pieces:
        known = [vocabulary[phoneme] for phoneme in piece.phonemes if phoneme in vocabulary]
        alone = known and set(piece.phonemes) <= _CLOSING
        if ids and known and not alone and not piece.joined and " " in vocabulary:
            ids.append(vocabulary[" "])
        firsts.append(len(ids) if known and not alone else None)
        ids += known
    return ids, firsts


def length(pieces: Sequence[Piece]) -> int:
    """Returns the number of phonemes, including spaces between words."""
    spoken = [len(piece.phonemes) for piece in pieces if piece.phonemes]
    return sum(spoken) + max(0, len(spoken) - 1)


def divide(pieces: Sequence[Piece]) -> list[Utterance]:
    """Divides all pieces, in order, into utterances of at most `MAX_PHONEMES` phonemes.

    Paragraphs are never joined; sentences are split only if they are too long, preferably at a comma.
    """
    utterances: list[Utterance] = []
    for sentence in _sentences(pieces):
        previous = utterances[-1] if utterances else ()
        if previous and previous[-1].ends == Break.SENTENCE and length(previous + sentence) <= _JOIN_PHONEMES:
            utterances[-1] = previous + sentence
        else:
            utterances += _cut(sentence, MAX_PHONEMES)
    return [utterance for utterance in utterances if length(utterance)]


def halve(utterance: Utterance) -> list[Utterance]:
    """Splits an utterance into parts of about half its length; returns none if it is too short."""
    if length(utterance) < 2 * _MIN_PHONEMES:
        return []
    return _cut(utterance, (length(utterance) + 1) // 2)


def _sentences(pieces: Sequence[Piece]) -> list[Utterance]:
    number, numbers = 0, []
    for piece in pieces:
        numbers.append(number)
        number += piece.ends >= Break.SENTENCE
    return [
        tuple(piece for _, piece in group)
        for _, group in groupby(zip(numbers, pieces, strict=True), key=lambda pair: pair[0])
    ]


def _cut(pieces: Utterance, most: int) -> list[Utterance]:
    rest = tuple(part for piece in pieces for part in _shorten(piece, most))
    parts: list[Utterance] = []
    while length(rest) > most:
        fits = [end for end in range(1, len(rest)) if length(rest[:end]) <= most]
        clauses = [end for end in fits if rest[end - 1].ends >= Break.CLAUSE and length(rest[:end]) >= most // 3]
        end = (clauses or fits)[-1]
        parts.append(rest[:end])
        rest = rest[end:]
    return [*parts, rest]


def _shorten(piece: Piece, most: int) -> list[Piece]:
    """Splits a word that is longer than an utterance, such as a number of forty digits."""
    parts: list[str] = []
    rest = piece.phonemes
    while len(rest) > most:
        end = rest.rfind(" ", 1, most)
        end = most if end < 0 else end
        parts.append(rest[:end])
        rest = rest[end:].lstrip()
    parts.append(rest)
    pieces = [replace(piece, phonemes=part, weight=piece.weight // len(parts), ends=Break.WORD) for part in parts]
    return [*pieces[:-1], replace(pieces[-1], ends=piece.ends)]
