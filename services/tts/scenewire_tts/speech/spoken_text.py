"""Extracts the spoken text of a scene and its words. Pure."""

import re
from dataclasses import dataclass
from typing import Final

from scenewire.text.markup import is_speakable, one_line

__all__ = ["Token", "clean", "has_emoji", "split_words"]

_EMOJI_STYLES: Final = re.compile("[\ufe0e\ufe0f\u20e3]")

_EMOJI: Final = re.compile("(?:[\u2600-\u27bf\U0001f000-\U0001faff\U000e0020-\U000e007f]\u200d?)+")
"""Engines would read out their names ("grinning face")."""

_PARAGRAPH_END: Final = re.compile(r"\n\s*\n")
_UNSPACED: Final = "\u3041-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORD: Final = re.compile(rf"[^\w\s]*[{_UNSPACED}](?:[^\w\s]|ー)*|[^\s{_UNSPACED}]+")


@dataclass(frozen=True)
class Token:
    """A word of a text, at characters `start` to `end` (exclusive)."""

    text: str
    start: int
    end: int


def clean(text: str) -> str:
    """Removes emoji and invisible characters from a scene's plain text.

    Words keep their case and punctuation. Empty lines separate paragraphs, at which engines pause; single spaces separate
    words.

    Returns:
        The text; empty if it contains no letters or digits.
    """
    blocks = (_without_emoji(block) for block in _PARAGRAPH_END.split(text))
    return "\n\n".join(block for block in blocks if is_speakable(block))


def has_emoji(text: str) -> bool:
    """Whether `clean` removes emoji from a text."""
    return _EMOJI.search(text) is not None


def split_words(text: str) -> list[Token]:
    """Splits a text returned by `clean` at white space; words include punctuation.

    In scripts without spaces, each character is a word, with the punctuation around it.
    """
    return [Token(found[0], found.start(), found.end()) for found in _WORD.finditer(text)]


def _without_emoji(text: str) -> str:
    return one_line(_EMOJI.sub(" ", _EMOJI_STYLES.sub("", one_line(text))))
