"""Counts words in any script, and halves long sentences. Pure."""

import re
from typing import Final

from scenewire.text.markup import is_speakable

__all__ = ["count_words", "halve"]

_CLAUSE: Final = re.compile(r"(?<=[;:,—–])\s+|\s+(?=[—–]\s)|(?<=[，、；：､])")
_SPACE: Final = re.compile(r"\s+")

_HALF_WORD: Final = re.compile(
    r"[\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
"""Chinese and Japanese characters: two count as a word."""

_FIFTH_WORD: Final = re.compile(r"[\u0e01-\u0e30\u0e81-\u0eb0\u1000-\u102a\u1780-\u17b3]")
"""Letters of Thai, Lao, Burmese and Khmer, which have no spaces between words: five count as a word."""

_MAX_WORD_CHARS: Final = 30
"""Anything longer, such as a URL, counts as several words."""


def count_words(text: str) -> float:
    """Returns the amount of speech, in words of average English text."""
    halves, fifths = len(_HALF_WORD.findall(text)), len(_FIFTH_WORD.findall(text))
    if halves or fifths:
        text = _FIFTH_WORD.sub(" ", _HALF_WORD.sub(" ", text))
    spaced = sum(1 + len(word) // _MAX_WORD_CHARS for word in text.split() if is_speakable(word))
    return spaced + halves / 2 + fifths / 5


def halve(text: str, *, min_words: float) -> tuple[str, str] | None:
    """Splits a long sentence near its middle: between clauses, else between words, else anywhere.

    Args:
        text: the sentence.
        min_words: the minimum length of each half.

    Returns:
        Both halves, or None if no split leaves them long enough.
    """
    for pattern in (_CLAUSE, _SPACE):
        cut = _middle([(found.start(), found.end()) for found in pattern.finditer(text)], text, min_words)
        if cut is not None:
            return cut
    middle = len(text) // 2
    return _middle([(middle, middle)], text, min_words)


def _middle(gaps: list[tuple[int, int]], text: str, min_words: float) -> tuple[str, str] | None:
    for start, end in sorted(gaps, key=lambda gap: abs(gap[0] + gap[1] - len(text)))[:3]:
        first, second = text[:start].rstrip(), text[end:].lstrip()
        if count_words(first) >= min_words and count_words(second) >= min_words:
            return first, second
    return None
