"""Line breaking in all scripts. Pure.

Most scripts break at spaces. Chinese and Japanese have none: a line may end after any character, except after one that
belongs to the next, and words in katakana stay whole. Thai and Lao have none either, and only a dictionary could find
their words; but a vowel that is written before its consonant always starts a syllable. Text wider than a line is cut
between grapheme clusters, never between a letter and its marks.
"""

import re
import unicodedata
from typing import Final

__all__ = ["cohesion", "columns", "is_boundary", "split_unbreakable"]

_TOKEN: Final = re.compile(r"\S+")
_IDEOGRAPHS: Final = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff々〆"
_HIRAGANA: Final = "\u3041-\u309f"
_KATAKANA: Final = "\u30a0-\u30ff\u31f0-\u31ff\uff66-\uff9f"
_UNSPACED: Final = re.compile(f"[{_IDEOGRAPHS}{_HIRAGANA}{_KATAKANA}]")
_KATAKANA_LETTER: Final = re.compile(f"[{_KATAKANA}]")
_HIRAGANA_LETTER: Final = re.compile(f"[{_HIRAGANA}]")

_NOT_FIRST: Final = frozenset(
    "ーぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿゝゞヽヾ々〻・〜%\uff05°℃‰…‥"
)
_LEADING_VOWELS: Final = frozenset("เแโใไ\u0ec0\u0ec1\u0ec2\u0ec3\u0ec4")
_THAI_AM: Final = frozenset("\u0e33\u0eb3")
_JOINER: Final = "\u200d"
_VIRAMA: Final = 9
"""Combining class of signs that join consonants."""


def columns(text: str) -> int:
    """Width of a text: combining marks take no column, East Asian wide characters two."""
    return sum(
        0
        if unicodedata.category(character) in ("Mn", "Me", "Cf")
        else 2
        if unicodedata.east_asian_width(character) in "WF"
        else 1
        for character in text
    )


def split_unbreakable(text: str, max_columns: int) -> list[tuple[str, int]]:
    """The parts of a text that are never broken, and the position of each.

    Args:
        text: one line with single spaces.
        max_columns: a wider part is cut.
    """
    found: list[tuple[str, int]] = []
    for token in _TOKEN.finditer(text):
        word = token[0]
        begin = 0
        for at in range(1, len(word) + 1):
            if at == len(word) or _may_break(word, at):
                found += _cut(word[begin:at], token.start() + begin, max_columns)
                begin = at
    return found


def cohesion(before: str, after: str) -> float:
    """How closely two parts without a space between them belong together: from 0 to 1 for two halves of a word."""
    last, first = before[-1], after[0]
    if _HIRAGANA_LETTER.match(last) and not _HIRAGANA_LETTER.match(first):
        return 0.0  # a particle or an ending, then a new word
    if _HIRAGANA_LETTER.match(first) or first in _LEADING_VOWELS:
        return 1.0
    return 0.3


def _may_break(word: str, at: int) -> bool:
    before, after = word[at - 1], word[at]
    if not is_boundary(word, at):
        return False
    if after in _LEADING_VOWELS:
        return before not in _LEADING_VOWELS and unicodedata.category(before)[0] in "LM"
    if not (_UNSPACED.match(before) or _UNSPACED.match(after)):
        # In a script without spaces, a new word follows closing punctuation.
        return unicodedata.east_asian_width(before) in "WF" and unicodedata.category(before) in ("Po", "Pe", "Pf")
    if after in _NOT_FIRST or unicodedata.category(after) in ("Po", "Pe", "Pf", "Pd"):
        return False
    if unicodedata.category(before) in ("Ps", "Pi"):
        return False
    return not (_KATAKANA_LETTER.match(before) and _KATAKANA_LETTER.match(after))


def is_boundary(word: str, at: int) -> bool:
    """Whether the position is between two grapheme clusters, and not inside one."""
    before, after = word[at - 1], word[at]
    if unicodedata.category(after)[0] == "M" or after in _THAI_AM or _JOINER in (before, after):
        return False
    if "\U0001f3fb" <= after <= "\U0001f3ff":  # skin tones
        return False
    return unicodedata.combining(before) != _VIRAMA and before not in _LEADING_VOWELS


def _cut(part: str, position: int, max_columns: int) -> list[tuple[str, int]]:
    parts: list[tuple[str, int]] = []
    begin = last = 0
    for index in range(1, len(part)):
        if is_boundary(part, index):
            last = index
        if columns(part[begin : index + 1]) > max_columns:
            end = last if last > begin else index
            parts.append((part[begin:end], position + begin))
            begin = end
    return [*parts, (part[begin:], position + begin)]
