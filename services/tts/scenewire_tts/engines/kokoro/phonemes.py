"""From text to the sounds a neural voice was taught: espeak-ng says how words sound, in the voice's own letters. Pure.

The voice knows some sounds by one letter of its own (`A` for the vowel of "day"), and reads punctuation as melody.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, NamedTuple

from scenewire_tts.speech.spoken_text import Token, split_words

__all__ = ["DIALECTS", "Break", "Dialect", "Piece", "SpokenWord", "choose_dialect", "spell"]


class Break(IntEnum):
    """What ends behind a word."""

    WORD = 0
    CLAUSE = 1
    SENTENCE = 2
    PARAGRAPH = 3


@dataclass(frozen=True)
class Piece:
    """A word of the text as the voice reads it."""

    position: int
    """Characters before the word in the text."""
    phonemes: str
    """With the punctuation around it; empty for what is not spoken."""
    weight: int
    """How long espeak takes for it, in its own samples."""
    ends: Break


class SpokenWord(NamedTuple):
    """A word as espeak speaks it; a number is several."""

    position: int
    sample: int
    phonemes: Sequence[str]


@dataclass(frozen=True)
class Dialect:
    """A language as the voice was taught it."""

    espeak: str
    """The tag under which espeak-ng knows it."""
    letters: tuple[tuple[str, str], ...]
    """Within one sound of espeak's, what to write in place of what."""
    spelling: tuple[tuple[str, str], ...] = ()
    """The same over a whole word."""


_LETTERS: Final = (
    ("aɪ", "I"),
    ("aʊ", "W"),
    ("dʒ", "ʤ"),
    ("eɪ", "A"),
    ("oʊ", "O"),
    ("əʊ", "Q"),
    ("tʃ", "ʧ"),
    ("ɔɪ", "Y"),
)
_ENGLISH: Final = (
    ("\u0303", ""),
    ("ʲ", ""),
    ("ɚɹ", "əɹ"),
    ("ɚ", "əɹ"),
    ("r", "ɹ"),
    ("x", "k"),
    ("ç", "k"),
    ("ɐ", "ə"),
    ("ɬ", "l"),
    ("e", "A"),
    ("o", "ɔ"),
    ("ɾ", "T"),
    ("ʔ", "t"),
)
_OTHERS: Final = Dialect("", (*_LETTERS, ("dz", "ʣ"), ("ts", "ʦ"), ("ss", "S"), ("-", "")))

DIALECTS: Final = {
    "a": Dialect(
        "en-us",
        (*_LETTERS, ("əl", "ᵊl"), ("ɪə", "iə")),
        (("ɜːɹ", "ɜɹ"), ("ɜː", "ɜɹ"), *_ENGLISH, ("ː", "")),
    ),
    "b": Dialect("en-gb", (*_LETTERS, ("əl", "ᵊl"), ("eə", "ɛː"), ("iə", "ɪə")), _ENGLISH),
    "e": Dialect("es", _OTHERS.letters),
    "f": Dialect("fr-fr", _OTHERS.letters),
    "h": Dialect("hi", _OTHERS.letters),
    "i": Dialect("it", _OTHERS.letters),
    "p": Dialect("pt-br", _OTHERS.letters),
}
"""By the letter that the names of its voices begin with. Japanese and Chinese voices (`j`, `z`) were taught sounds that
espeak-ng does not give."""

_LANGUAGES: Final = {
    "en": "a",
    "en-us": "a",
    "en-gb": "b",
    "es": "e",
    "fr": "f",
    "hi": "h",
    "it": "i",
    "pt": "p",
}

_PUNCTUATION: Final = str.maketrans(
    {"«": "“", "»": "”", "„": "“", "–": "—", "。": ".", "，": ",", "！": "!", "？": "?"}
)
_KEPT: Final = frozenset(';:,.!?—…"()“”')
_SENTENCE: Final = frozenset(".!?…")
_CLAUSE: Final = frozenset(";:,—")
_CLOSING: Final = "\"”)’'"
_ABBREVIATION: Final = re.compile(r"[(“\"]?(?:[^\W\d_]\.)+|[(“\"]?(?:Dr|Jr|Mr|Mrs|Ms|No|Prof|Sr|St|vs)\.")
"""Whose full stop ends no sentence; the voice would pause at it."""

_SYLLABIC: Final = re.compile("(\\S)\u0329")
_STRESS: Final = "ˈˌ"


def choose_dialect(language: str, voice: str | None) -> str | None:
    """The letter of a dialect; None when there is none for the language.

    Args:
        language: a tag; a region that is not known is left out.
        voice: its first letter decides between the dialects of a language that is ordered without its region.
    """
    tag = language.casefold()
    while tag and tag not in _LANGUAGES:
        tag = tag.rpartition("-")[0]
    if tag == "en" and voice and voice[0] == "b":
        return "b"
    return _LANGUAGES.get(tag)


def spell(text: str, words: Sequence[SpokenWord], dialect: Dialect) -> list[Piece]:
    """The words of a text that `scenewire_tts.speech.spoken_text.clean` made, in order.

    Args:
        text: what was given to espeak.
        words: what espeak made of it, in the order in which it speaks.
        dialect: of the voice.
    """
    tokens = split_words(text)
    sounds: list[list[str]] = [[] for _ in tokens]
    starts: list[int | None] = [None] * len(tokens)
    ends = [token.end for token in tokens]
    index = 0
    for word in words:
        index = max(index, min(bisect_right(ends, word.position), len(tokens) - 1))
        if said := _write(word.phonemes, dialect):
            sounds[index].append(said)
            starts[index] = word.sample if starts[index] is None else starts[index]
    pieces = []
    for token, heard, weight, follower in zip(tokens, sounds, _weights(starts), [*tokens[1:], None], strict=True):
        before, after = _marks_around(token.text)
        phonemes = f"{before}{' '.join(heard)}{after}"
        pieces.append(Piece(token.start, phonemes, weight, _break(text, token, follower)))
    return pieces


def _write(sounds: Sequence[str], dialect: Dialect) -> str:
    """One word in the voice's letters. Sounds in brackets are espeak's notes on a change of language."""
    written = ""
    for sound in sounds:
        if not sound.startswith("("):
            for old, new in dialect.letters:
                sound = sound.replace(old, new)  # noqa: PLW2901 - step by step
            written += sound
    written = _SYLLABIC.sub(r"ᵊ\1", written)
    for old, new in dialect.spelling:
        written = written.replace(old, new)
    return "" if written.strip(_STRESS) == "" else written


def _weights(starts: Sequence[int | None]) -> list[int]:
    """Samples from each spoken word to the next one; the last gets an average one's."""
    known = [start for start in starts if start is not None]
    weights, following = [], (known[-1] + (known[-1] - known[0]) // max(1, len(known) - 1)) if known else 0
    for start in reversed(starts):
        weights.append(0 if start is None else max(1, following - start))
        following = following if start is None else start
    return weights[::-1]


def _marks_around(token: str) -> tuple[str, str]:
    written = token.translate(_PUNCTUATION).replace("...", "…")
    if _ABBREVIATION.fullmatch(written):
        written = written.rstrip(".")
    body = [index for index, character in enumerate(written) if character.isalnum()]
    first, last = (body[0], body[-1] + 1) if body else (0, 0)
    return _kept(written[:first]), _kept(written[last:])


def _kept(marks: str) -> str:
    return "".join(character for character in marks if character in _KEPT)


def _break(text: str, token: Token, follower: Token | None) -> Break:
    if follower is None or "\n" in text[token.end : follower.start]:
        return Break.PARAGRAPH
    written = token.text.translate(_PUNCTUATION)
    last = written.rstrip(_CLOSING)[-1:]
    if last in _SENTENCE and last and not _ABBREVIATION.fullmatch(written):
        return Break.SENTENCE if not follower.text[:1].islower() else Break.CLAUSE
    return Break.CLAUSE if last and last in _CLAUSE else Break.WORD
