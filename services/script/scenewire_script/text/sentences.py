"""Splits text into sentences and counts words, in any script. Pure."""

import re
from typing import Final

from scenewire.text.markup import is_speakable

__all__ = ["count_words", "halve", "split_sentences"]

_ENDS: Final = ".!?…؟۔।॥"
_WIDE_ENDS: Final = "。！？｡"
"""They end a sentence without a following space."""

_CLOSERS: Final = "\"'”’»›)]}」』）】》〉"
_BREAK: Final = re.compile(rf"[{_WIDE_ENDS}]+[{re.escape(_CLOSERS)}]*\s*|[{_ENDS}]+[{re.escape(_CLOSERS)}]*\s+")
_NEXT_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)?\.?")
_CLAUSE: Final = re.compile(r"(?<=[;:,—–])\s+|\s+(?=[—–]\s)|(?<=[，、；：､])")
_SPACE: Final = re.compile(r"\s+")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TITLES: Final = _words(
    """adm bros bspw bzw capt cf cmdr col d.h dott dr e.g frl gen ggf gov hon i.e lt maj messrs mlle mme mr mrs ms mt
    p.ej pres prof rep rev sen sgt sig sra srta st u.a v vgl viz vs z.b"""
)
"""With a full stop, they never end a sentence."""

_BEFORE_NUMBER: Final = _words(
    """abb abs apr art aug c ca ch dec eq feb fig figs jan jul jun mar no nos nov nr num oct okt op p pp s sec sect sep
    sept tab vol"""
)
"""Abbreviations only before a number."""

_NAMES: Final = _words("co corp inc jr ltd sr")

_STARTERS: Final = _words(
    """after although and as at because before but by during for from he her his however if in it its many most
    no now on only our she since so some that the their then there these they this those to today under until we what
    when where which while who with yet you"""
)
"""After an initial or acronym, only these words, capitalized, start a new sentence."""

_ORDINAL_LANGUAGES: Final = _words("cs da de et fi hr hu is lv nb nn no pl sk sl sr tr")
"""They write ordinal numbers with a full stop."""

_HALF_WORD: Final = re.compile(
    r"[\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
"""Chinese and Japanese characters: two count as a word."""

_FIFTH_WORD: Final = re.compile(r"[\u0e01-\u0e30\u0e81-\u0eb0\u1000-\u102a\u1780-\u17b3]")
"""Letters of Thai, Lao, Burmese and Khmer, which have no spaces between words: five count as a word."""

_CONTEXT_CHARS: Final = 80
"""Around a full stop, to decide whether it ends a sentence."""

_MAX_WORD_CHARS: Final = 30
"""Anything longer, such as a URL, counts as several words."""


def count_words(text: str) -> float:
    """Returns the amount of speech, in words of average English text."""
    halves, fifths = len(_HALF_WORD.findall(text)), len(_FIFTH_WORD.findall(text))
    if halves or fifths:
        text = _FIFTH_WORD.sub(" ", _HALF_WORD.sub(" ", text))
    spaced = sum(1 + len(word) // _MAX_WORD_CHARS for word in text.split() if is_speakable(word))
    return spaced + halves / 2 + fifths / 5


def split_sentences(text: str, language: str = "en") -> list[str]:
    """Splits a paragraph into sentences; nothing but the space between them is dropped.

    Args:
        text: a paragraph without deliberate line breaks.
        language: the tag of the order; decides whether a number with a full stop is an ordinal.
    """
    cased = any(character.isupper() for character in text)
    ordinals = language.split("-", maxsplit=1)[0] in _ORDINAL_LANGUAGES
    sentences: list[str] = []
    start = 0
    for found in _BREAK.finditer(text):
        before = text[max(start, found.start() - _CONTEXT_CHARS) : found.start()]
        after = text[found.end() : found.end() + _CONTEXT_CHARS]
        if after and _ends_sentence(before, found[0].strip(), after, cased=cased, ordinals=ordinals):
            sentences.append(text[start : found.end()].strip())
            start = found.end()
    sentences.append(text[start:].strip())
    return [sentence for sentence in sentences if sentence]


def _ends_sentence(before: str, mark: str, after: str, *, cased: bool, ordinals: bool) -> bool:
    if mark[0] in _WIDE_ENDS:
        return True
    found = _NEXT_WORD.search(after)
    if found is None:
        return True
    if cased and found[0][0].islower():
        return False  # "… like this", “Really?” he asked
    return mark != "." or not _is_abbreviation(before, found[0], ordinals=ordinals)


def _is_abbreviation(before: str, next_word: str, *, ordinals: bool) -> bool:
    """Whether the full stop after `before` belongs to its last word and does not end a sentence."""
    word = before.rsplit(maxsplit=1)[-1].lstrip("\"'“‘«(¿¡[") if before.strip() else ""
    name = word.casefold()
    if next_word[0].isdigit() and name in _BEFORE_NUMBER:
        return True
    if word.isdigit():
        return word == before.strip() or (ordinals and len(word) <= 2)  # "1. The first point", "am 3. Oktober"
    initials = word.replace(".", "")
    if name in _NAMES or (initials.isupper() and (len(word) == 1 or "." in word)):
        return next_word.casefold() not in _STARTERS
    return name in _TITLES


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
