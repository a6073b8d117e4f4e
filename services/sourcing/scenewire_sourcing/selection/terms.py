"""Words that say what a scene or a clip is about, and when two of them are the same. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from scenewire.text.vocabulary import divide_into_words, is_stop_word, stem
from scenewire.text.words import WORD_PART

__all__ = ["Term", "spoken_terms", "terms"]

_ARCHIVE_LANGUAGE: Final = "en"
"""Most archives describe their items in it, whatever the language of the narration."""


@dataclass(frozen=True)
class Term:
    """A word that says what a scene or a clip is about."""

    word: str
    stems: frozenset[str]
    """Its stems in the languages that it may be of; two words are the same if they share one."""


def terms(texts: Iterable[str], language: str) -> list[Term]:
    """Returns the words of texts, in order and each once, without stop words.

    Args:
        texts: of the language, or of English, in which archives describe their items.
        language: tag of the narration.
    """
    languages = _languages(language)
    found: list[Term] = []
    known: set[str] = set()
    for word, _ in chain.from_iterable(_words(text, language) for text in texts):
        stems = frozenset(stem(word, each) for each in languages)
        is_telling = not any(is_stop_word(word, each) for each in languages) and (len(word) > 1 or not word.isascii())
        if is_telling and known.isdisjoint(stems):
            found.append(Term(word.casefold(), stems))
            known |= stems
    return found


def spoken_terms(text: str, wanted: Sequence[Term], language: str) -> dict[Term, int]:
    """Returns which of the terms a text contains, each with the position where it first does."""
    languages = _languages(language)
    found: dict[Term, int] = {}
    for word, position in _words(text, language):
        stems = frozenset(stem(word, each) for each in languages)
        for term in wanted:
            if not term.stems.isdisjoint(stems):
                found.setdefault(term, position)
    return found


def _languages(language: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((language, _ARCHIVE_LANGUAGE)))


def _words(text: str, language: str) -> Iterator[tuple[str, int]]:
    for word in divide_into_words(text, language):
        for part in WORD_PART.finditer(word.text):
            yield part[0], word.start + part.start()
