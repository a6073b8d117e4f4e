"""Where a text may be parted, in the scripts of the world. Pure.

Words are parted by spaces. Chinese and Japanese have none: a line may end after any character but those that belong to
the next, and a word in katakana stays whole. Thai and Lao have none either: their words are known from a dictionary
only, but a vowel that is written before its consonant always begins a syllable. What is wider than a line is cut between
characters as people see them, never between a letter and its marks.
"""

import re
import unicodedata
from typing import Final

__all__ = ["apart", "columns", "joins", "pieces"]

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
"""The combining class of signs that tie consonants together."""


def columns(text: str) -> int:
    """How wide a text is: marks that stand over or under a letter take no column, East Asian characters two."""
    return sum(
        0
        if unicodedata.category(character) in ("Mn", "Me", "Cf")
        else 2
        if unicodedata.east_asian_width(character) in "WF"
        else 1
        for character in text
    )


def pieces(text: str, widest: int) -> list[tuple[str, int]]:
    """The pieces of a text that are never parted, and where each begins.

    Args:
        text: one line, single spaces.
        widest: columns; what is wider is cut.
    """
    found: list[tuple[str, int]] = []
    for token in _TOKEN.finditer(text):
        word = token[0]
        begin = 0
        for at in range(1, len(word) + 1):
            if at == len(word) or _may_part(word, at):
                found += _cut(word[begin:at], token.start() + begin, widest)
                begin = at
    return found


def joins(before: str, after: str) -> float:
    """How much two pieces without a space between them belong together: 0 for not at all, 1 for a word's halves."""
    last, first = before[-1], after[0]
    if _HIRAGANA_LETTER.match(last) and not _HIRAGANA_LETTER.match(first):
        return 0.0  # a particle or an ending, and then something new
    if _HIRAGANA_LETTER.match(first) or first in _LEADING_VOWELS:
        return 1.0
    return 0.3


def _may_part(word: str, at: int) -> bool:
    before, after = word[at - 1], word[at]
    if not apart(word, at):
        return False
    if after in _LEADING_VOWELS:
        return before not in _LEADING_VOWELS and unicodedata.category(before)[0] in "LM"
    if not (_UNSPACED.match(before) or _UNSPACED.match(after)):
        # After closing punctuation of a script without spaces, something new begins.
        return unicodedata.east_asian_width(before) in "WF" and unicodedata.category(before) in ("Po", "Pe", "Pf")
    if after in _NOT_FIRST or unicodedata.category(after) in ("Po", "Pe", "Pf", "Pd"):
        return False
    if unicodedata.category(before) in ("Ps", "Pi"):
        return False
    return not (_KATAKANA_LETTER.match(before) and _KATAKANA_LETTER.match(after))


def apart(word: str, at: int) -> bool:
    """Whether people see two characters there, and not one: no letter is parted from its marks."""
    before, after = word[at - 1], word[at]
    if unicodedata.category(after)[0] == "M" or after in _THAI_AM or _JOINER in (before, after):
        return False
    if "\U0001f3fb" <= after <= "\U0001f3ff":  # colours of skin
        return False
    return unicodedata.combining(before) != _VIRAMA and before not in _LEADING_VOWELS


def _cut(piece: str, position: int, widest: int) -> list[tuple[str, int]]:
    parts: list[tuple[str, int]] = []
    begin = last = 0
    for index in range(1, len(piece)):
        if apart(piece, index):
            last = index
        if columns(piece[begin : index + 1]) > widest:
            end = last if last > begin else index
            parts.append((piece[begin:end], position + begin))
            begin = end
    return [*parts, (piece[begin:], position + begin)]
