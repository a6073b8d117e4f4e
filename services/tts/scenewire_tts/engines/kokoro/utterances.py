"""How much is spoken in one breath: sentences together while they are short, apart where they are long. Pure.

A neural voice needs more time and memory for a second of speech the longer the utterance is, and speaks single words
hastily.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Final

from scenewire_tts.engines.kokoro.phonemes import Break, Piece

__all__ = ["LONGEST", "Utterance", "divide", "halve", "length", "number"]

LONGEST: Final = 180
"""Phonemes of an utterance: a sentence of 30 words. The model itself would take 510."""

_USUAL: Final = 120
"""Phonemes up to which sentences are spoken together."""

_SHORTEST: Final = 8
"""Phonemes below which nothing is divided further."""

_CLOSING: Final = frozenset(";:,.!?…”)")

Utterance = tuple[Piece, ...]


def number(pieces: Sequence[Piece], vocabulary: Mapping[str, int]) -> tuple[list[int], list[int | None]]:
    """What the model is given for an utterance.

    Args:
        pieces: its words.
        vocabulary: the phonemes that the model knows; others are left out.

    Returns:
        The numbers of the phonemes, and for each word the place among them of its first; None for a silent one.
    """
    ids: list[int] = []
    firsts: list[int | None] = []
    for piece in pieces:
        known = [vocabulary[phoneme] for phoneme in piece.phonemes if phoneme in vocabulary]
        alone = known and set(piece.phonemes) <= _CLOSING
        if ids and known and not alone and " " in vocabulary:
            ids.append(vocabulary[" "])
        firsts.append(len(ids) if known and not alone else None)
        ids += known
    return ids, firsts


def length(pieces: Sequence[Piece]) -> int:
    """Phonemes, the spaces between words included."""
    spoken = [len(piece.phonemes) for piece in pieces if piece.phonemes]
    return sum(spoken) + max(0, len(spoken) - 1)


def divide(pieces: Sequence[Piece]) -> list[Utterance]:
    """Utterances of at most `LONGEST` phonemes that together are all the pieces, in order.

    Paragraphs are never joined; sentences are cut only when they are too long, at a comma if there is one.
    """
    utterances: list[Utterance] = []
    for sentence in _sentences(pieces):
        previous = utterances[-1] if utterances else ()
        if previous and previous[-1].ends == Break.SENTENCE and length(previous + sentence) <= _USUAL:
            utterances[-1] = previous + sentence
        else:
            utterances += _cut(sentence, LONGEST)
    return [utterance for utterance in utterances if length(utterance)]


def halve(utterance: Utterance) -> list[Utterance]:
    """Two utterances or more of about half the length; none when it is too short for that."""
    if length(utterance) < 2 * _SHORTEST:
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
    """A word that is longer than an utterance, such as a number of forty digits, in parts; others as they are."""
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
