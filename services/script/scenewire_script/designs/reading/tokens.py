"""Words of a sentence with their places. Pure."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

__all__ = ["NAME_PARTICLES", "Token", "columns", "is_word_character", "tokens_of"]

_PARTICLES: Final = "al bin da de del den der di do dos du el il la le of the van von zu"
NAME_PARTICLES: Final = frozenset(_PARTICLES.split())
"""Small words within the names of people."""

_SPACED: Final = re.compile(r"\S+")
_INITIALS: Final = re.compile(r"[^\W\d_](?:\.[^\W\d_])+")
_SIGNS: Final = "%‰°+-−"


@dataclass(frozen=True)
class Token:
    """What stands between two spaces, without the punctuation around it."""

    text: str
    start: int
    end: int
    with_marks: tuple[int, int]
    """Where it begins and ends with the punctuation around it."""

    @property
    def opens(self) -> bool:
        """Whether a mark, such as a quotation mark, stands before it."""
        return self.with_marks[0] < self.start

    @property
    def closes(self) -> bool:
        """Whether a mark, such as a comma, stands behind it."""
        return self.with_marks[1] > self.end

    @property
    def folded(self) -> str:
        """The word without case and the full stop of initials, with straight apostrophes."""
        return self.text.casefold().replace("’", "'").rstrip(".")

    @property
    def is_capitalized(self) -> bool:
        """Whether it begins with a capital, which may follow an elided article: `l'Égypte`."""
        return self.text[:1].isupper() or self.text.replace("’", "'").partition("'")[2][:1].isupper()

    def among(self, words: Iterable[str]) -> bool:
        """Whether it is one of the words, or begins with an elided one: `qu'il` is among `qu'`."""
        folded = self.folded
        head, apostrophe, _ = folded.partition("'")
        return folded in words or bool(apostrophe and head + apostrophe in words)


def tokens_of(text: str, start: int = 0, end: int | None = None) -> list[Token]:
    """Returns the tokens of a part of a text that contain a letter, a digit or a sign; their places count in the text."""
    found = (_token(match, text) for match in _SPACED.finditer(text, start, len(text) if end is None else end))
    return [token for token in found if token is not None]


def columns(text: str) -> int:
    """Returns the width of a text in columns; wide characters, such as 海, take two."""
    return sum(
        2
        if unicodedata.east_asian_width(character) in "WF"
        else unicodedata.category(character) not in {"Mn", "Me", "Cf"}
        for character in text
    )


def is_word_character(character: str) -> bool:
    """Whether a character belongs to a word or a number, rather than to the punctuation around it."""
    category = unicodedata.category(character)
    return category[0] in "LMN" or category == "Sc" or character in _SIGNS


def _token(match: re.Match[str], text: str) -> Token | None:
    start, end = match.span()
    while start < end and not is_word_character(text[start]):
        start += 1
    while end > start and not is_word_character(text[end - 1]):
        end -= 1
    if start == end:
        return None
    if text[end : end + 1] == "." and _INITIALS.fullmatch(text[start:end]):
        end += 1  # "U.S."
    return Token(text[start:end], start, end, match.span())
