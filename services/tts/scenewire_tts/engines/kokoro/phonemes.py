"""Converts text to the phonemes of a neural voice, from those of espeak-ng. Pure.

The voice has its own letters for some sounds (`A` for the vowel of "day"), and takes its intonation from punctuation.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import pairwise
from typing import Final, NamedTuple

from scenewire.text.sentences import ends_sentence
from scenewire_tts.speech.spoken_text import Token, split_words

__all__ = ["DIALECTS", "Break", "Dialect", "Piece", "SpokenWord", "select_dialect", "spell", "write_phonemes"]


class Break(IntEnum):
    """What ends after a word."""

    WORD = 0
    CLAUSE = 1
    SENTENCE = 2
    PARAGRAPH = 3


@dataclass(frozen=True)
class Piece:
    """A word of the text, as phonemes."""

    position: int
    """Index of its first character in the text."""
    phonemes: str
    """Including surrounding punctuation; empty for a silent word."""
    weight: int
    """Its duration in samples of espeak-ng."""
    ends: Break
    joined: bool = False
    """Whether it is spoken without a space from the piece before."""


class SpokenWord(NamedTuple):
    """A word as spoken by espeak-ng; a number is several words."""

    position: int
    sample: int
    phonemes: Sequence[str]
    joined: bool = False


@dataclass(frozen=True)
class Dialect:
    """A language as the voice was trained on it."""

    espeak: str
    """Its tag, which is also that in espeak-ng."""
    letters: tuple[tuple[str, str], ...]
    """Replacements within one phoneme of espeak-ng."""
    spelling: tuple[tuple[str, str], ...] = ()
    """Replacements within a whole word."""
    function_words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Words that espeak-ng speaks together with the one before, in the letters of the voice."""


_FUNCTION_WORDS: Final = {
    "a": ("ə",),
    "an": ("ən",),
    "are": ("ˌɑɹ", "ˌɑː"),
    "as": ("əz",),
    "be": ("bi", "biː"),
    "been": ("bin", "biːn"),
    "have": ("həv",),
    "it": ("ɪt",),
    "not": ("nˌɑt", "nˌɒt"),
    "of": ("əv",),
    "the": ("ðə", "ðɪ"),
}

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
        _FUNCTION_WORDS,
    ),
    "b": Dialect("en-gb", (*_LETTERS, ("əl", "ᵊl"), ("eə", "ɛː"), ("iə", "ɪə")), _ENGLISH, _FUNCTION_WORDS),
    "e": Dialect("es", _OTHERS.letters),
    "f": Dialect("fr-fr", _OTHERS.letters),
    "h": Dialect("hi", _OTHERS.letters),
    "i": Dialect("it", _OTHERS.letters),
    "p": Dialect("pt-br", _OTHERS.letters),
    "j": Dialect("ja", ()),
    "z": Dialect("zh", ()),
}
"""By the first letter of the voices' names. espeak-ng does not have the phonemes of `j` and `z`; `readers` reads them."""

_LANGUAGES: Final = {
    "en": "a",
    "en-us": "a",
    "en-gb": "b",
    "es": "e",
    "fr": "f",
    "hi": "h",
    "it": "i",
    "ja": "j",
    "pt": "p",
    "zh": "z",
    "cmn": "z",
}

_PUNCTUATION: Final = str.maketrans(
    {
        "«": "“",
        "»": "”",
        "„": "“",
        "–": "—",
        "。": ".",
        "．": ".",
        "，": ",",
        "、": ",",
        "！": "!",
        "？": "?",
        "：": ":",
        "；": ";",
    }
    | {"「": "“", "」": "”", "『": "“", "』": "”", "《": "“", "》": "”", "（": "(", "）": ")", "～": "—", "〜": "—"}
)
_KEPT: Final = frozenset(';:,.!?—…"()“”')
_SENTENCE: Final = frozenset(".!?…")
_CLAUSE: Final = frozenset(";:,—")
_OPENING: Final = "“("
"""In scripts without spaces, they are found behind the word before."""

_CLOSING: Final = "\"”)’'"
_CONTEXT_CHARS: Final = 80
"""Before a word, to decide whether its full stop ends a sentence."""

_SYLLABIC: Final = re.compile("(\\S)\u0329")
_STRESS: Final = "ˈˌ"


def select_dialect(language: str, voice: str | None) -> str | None:
    """Returns the letter of a dialect; None if the language is not supported.

    Args:
        language: a tag; unknown regions are ignored.
        voice: its first letter selects the dialect of a language without a region.
    """
    tag = language.casefold()
    while tag and tag not in _LANGUAGES:
        tag = tag.rpartition("-")[0]
    if tag == "en" and voice and voice[0] == "b":
        return "b"
    return _LANGUAGES.get(tag)


def spell(text: str, words: Sequence[SpokenWord], dialect: Dialect) -> list[Piece]:
    """Converts a text returned by `scenewire_tts.speech.spoken_text.clean` to pieces, in order.

    Args:
        text: the text given to espeak-ng.
        words: the words spoken by espeak-ng, in order.
        dialect: the dialect of the voice.
    """
    tokens = split_words(text)
    heard: list[list[SpokenWord]] = [[] for _ in tokens]
    ends = [token.end for token in tokens]
    index = 0
    for word in words:
        index = max(index, min(bisect_right(ends, word.position), len(tokens) - 1))
        if written := write_phonemes(word.phonemes, dialect):
            heard[index].append(word._replace(phonemes=written))
    _separate(tokens, heard, dialect)
    starts = [spoken[0].sample if spoken else None for spoken in heard]
    sounds = ["".join(_spaced(spoken)) for spoken in heard]
    joined = [bool(spoken) and spoken[0].joined for spoken in heard]
    pieces = []
    followers = [*tokens[1:], None]
    opening = ""
    for token, spoken, weight, follower, is_joined in zip(
        tokens, sounds, _weights(starts), followers, joined, strict=True
    ):
        boundary = _break(text, token, follower)
        before, after = _marks_around(token.text)
        if boundary is Break.WORD:
            after = after.replace(".", "")  # of an abbreviation; the voice would pause at it
        before, after, opening = opening + before, after.rstrip(_OPENING), after[len(after.rstrip(_OPENING)) :]
        pieces.append(Piece(token.start, f"{before}{spoken}{after}", weight, boundary, joined=is_joined and not before))
    return pieces


def _spaced(words: Sequence[SpokenWord]) -> Iterator[str]:
    for index, word in enumerate(words):
        yield f"{' ' if index and not word.joined else ''}{''.join(word.phonemes)}"


def _separate(tokens: Sequence[Token], heard: list[list[SpokenWord]], dialect: Dialect) -> None:
    """Gives words their own phonemes that espeak-ng counts to the word before.

    It speaks some pairs as one word ("in the"), and places the second word of others within the first ("such as").

    Args:
        tokens: the words of the text.
        heard: what was spoken of each; changed.
        dialect: the dialect of the voice.
    """
    for index, (token, following) in enumerate(pairwise(tokens)):
        spoken = heard[index]
        if not spoken or heard[index + 1] or not any(map(str.isalnum, following.text)):
            continue
        first, rest = spoken[0], spoken[1:]
        phonemes = "".join(first.phonemes)
        endings = dialect.function_words.get(following.text.casefold().rstrip(",.;:!?"), ())
        ending = next((ending for ending in endings if phonemes.endswith(ending) and phonemes != ending), "")
        if (not ending and not rest) or any(word.position != token.start + 1 for word in rest):
            continue
        rest = [word._replace(position=following.start + 1) for word in rest]
        if ending:
            later = next((word.sample for words in (rest, *heard[index + 2 :]) for word in words), first.sample)
            share = (later - first.sample) * (len(phonemes) - len(ending)) // len(phonemes)
            rest = [SpokenWord(following.start, first.sample + share, ending, joined=True), *rest]
        heard[index] = [first._replace(phonemes=phonemes.removesuffix(ending))]
        heard[index + 1] = rest


def write_phonemes(sounds: Sequence[str], dialect: Dialect) -> str:
    """Converts one word to the voice's letters. Phonemes in brackets mark a change of language in espeak-ng."""
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
    """Returns the samples from each spoken word to the next; the last word gets the average."""
    known = [start for start in starts if start is not None]
    weights, following = [], (known[-1] + (known[-1] - known[0]) // max(1, len(known) - 1)) if known else 0
    for start in reversed(starts):
        weights.append(0 if start is None else max(1, following - start))
        following = following if start is None else start
    return weights[::-1]


def _marks_around(token: str) -> tuple[str, str]:
    written = token.translate(_PUNCTUATION).replace("...", "…")
    body = [index for index, character in enumerate(written) if character.isalnum()]
    first, last = (body[0], body[-1] + 1) if body else (0, 0)
    return _kept(written[:first]), _kept(written[last:])


def _kept(marks: str) -> str:
    return "".join(character for character in marks if character in _KEPT)


def _break(text: str, token: Token, follower: Token | None) -> Break:
    if follower is None or "\n" in text[token.end : follower.start]:
        return Break.PARAGRAPH
    last = token.text.translate(_PUNCTUATION).rstrip(_CLOSING + _OPENING)[-1:]
    if last not in _SENTENCE:
        return Break.CLAUSE if last in _CLAUSE else Break.WORD
    before = text[max(0, token.end - _CONTEXT_CHARS) : token.end].rpartition("\n")[2]
    if not ends_sentence(before, follower.text, cased=False):
        return Break.WORD  # an abbreviation
    cased = any(map(str.isupper, text))
    return Break.SENTENCE if ends_sentence(before, follower.text, cased=cased) else Break.CLAUSE
