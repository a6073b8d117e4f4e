"""Words of a text in its language: their bounds, whether they are stop words, and their stems."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import snowballstemmer
import stopwordsiso
from icu4py.breakers import WordBreaker

from scenewire.text.languages import primary_language
from scenewire.text.words import WORD

__all__ = ["VocabularyWord", "divide_into_words", "has_stop_words", "is_stop_word", "is_unspaced", "stem"]

_UNSPACED: Final = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
"""Letters of Thai, Lao, Burmese, Khmer, Japanese and Chinese, which are written without spaces."""

_STEMMERS: Final = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "eo": "esperanto", "es": "spanish", "et": "estonian", "eu": "basque", "fa": "persian", "fi": "finnish",
    "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian", "hy": "armenian", "id": "indonesian",
    "it": "italian", "lt": "lithuanian", "nb": "norwegian", "ne": "nepali", "nl": "dutch", "no": "norwegian",
    "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian", "st": "sesotho",
    "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
_ENGLISH: Final = "a an and are as at by for from in into is it its of on or that the their this to was with"
_ENGLISH_STOP_WORDS: Final = frozenset(_ENGLISH.split())
"""The library's list has 1,300 words, among them fire, room and work, which can be seen."""

_SEEN: Final = (
    "città gente uomo mondo mann mensch menschen gens noite man город дом вода люди человек женщина улица ночь земля рука "
    "глаз голова дверь книга 人"
)
_VISIBLE: Final = frozenset(_SEEN.split())
"""Words on the library's lists that a picture can show."""

_FORMER_CODES: Final = {"nb": "no", "nn": "no", "iw": "he", "in": "id", "fil": "tl"}
"""Languages whose stop words are listed under another code."""


@dataclass(frozen=True)
class VocabularyWord:
    """A word and where it stands in its text."""

    text: str
    start: int
    end: int


def divide_into_words(text: str, language: str) -> Iterator[VocabularyWord]:
    """Yields the words of a text in order; a dictionary divides what is written without spaces."""
    for match in WORD.finditer(text):
        if not is_unspaced(match[0]):
            yield VocabularyWord(match[0], match.start(), match.end())
            continue
        position = match.start()
        for part in map(str, WordBreaker(match[0], primary_language(language))):
            yield VocabularyWord(part, position, position + len(part))
            position += len(part)


def is_unspaced(word: str) -> bool:
    """Whether a word contains letters of a script that is written without spaces."""
    return _UNSPACED.search(word) is not None


def has_stop_words(language: str) -> bool:
    """Whether the stop words of a language are known."""
    return bool(_stop_words(primary_language(language)))


def is_stop_word(word: str, language: str) -> bool:
    """Whether a word is so frequent in its language that it says nothing about a subject."""
    return word.casefold() in _stop_words(primary_language(language))


def stem(word: str, language: str) -> str:
    """Returns the stem of a word by the Snowball rules of its language, without accents: canals, canal.

    The stem need not be a word. In a language without rules it is the word itself.
    """
    return _stem(word.casefold(), primary_language(language))


@lru_cache(maxsize=20_000)
def _stem(word: str, primary: str) -> str:
    algorithm = _STEMMERS.get(primary)
    stemmed = word if algorithm is None else _stemmer(algorithm).stemWord(word)
    if is_unspaced(stemmed):  # the marks of kana are parts of their letters
        return stemmed
    decomposed = unicodedata.normalize("NFKD", stemmed)
    plain = "".join(character for character in decomposed if not unicodedata.combining(character))
    return unicodedata.normalize("NFC", plain or stemmed)


@lru_cache(maxsize=len(_STEMMERS))
def _stemmer(algorithm: str) -> "snowballstemmer.basestemmer.BaseStemmer":
    return snowballstemmer.stemmer(algorithm)


@lru_cache(maxsize=8)
def _stop_words(primary: str) -> frozenset[str]:
    if primary == "en":
        return _ENGLISH_STOP_WORDS
    code = _FORMER_CODES.get(primary, primary)
    return frozenset(stopwordsiso.stopwords(code)) - _VISIBLE if stopwordsiso.has_lang(code) else frozenset()
