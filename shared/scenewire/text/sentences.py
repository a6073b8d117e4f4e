"""Finds the ends of sentences in any script. Pure."""

import re
import unicodedata
from typing import Final

from scenewire.text.languages import primary_language
from scenewire.text.marks import (
    ABBREVIATIONS,
    BEFORE_NUMBERS,
    CLOSERS,
    COMPANY_SUFFIXES,
    FULL_STOPS,
    OPENERS,
    ORDINAL_LANGUAGES,
    SENTENCE_ENDS,
    SENTENCE_STARTERS,
    WIDE_SENTENCE_ENDS,
)

__all__ = ["ends_sentence", "has_sentence_end", "split_sentences", "with_full_stop"]

_BREAK: Final = re.compile(
    rf"[{WIDE_SENTENCE_ENDS}]+[{re.escape(CLOSERS)}]*\s*|[{SENTENCE_ENDS}]+[{re.escape(CLOSERS)}]*\s+"
)
_END: Final = re.compile(rf"([{SENTENCE_ENDS}{WIDE_SENTENCE_ENDS}]+)[{re.escape(CLOSERS)}]*$")
_SYMBOLS: Final = ("So", "Sk", "Cf", "Zs")
_NEXT_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)?\.?")
_LABEL: Final = re.compile(r"[A-Z]?\d+")
"""Of a point or question: `1. The first point`, `A2. By card`."""

_REFERENCE: Final = re.compile(r"(?=\S{0,40}\d)[A-Z\d][A-Z\d/.-]+(?=\W|$)")
"""A number with letters: `AB/123-45`."""

_CONTEXT_CHARS: Final = 80
"""Around a full stop, to decide whether it ends a sentence."""


def split_sentences(text: str, language: str = "en") -> list[str]:
    """Splits a paragraph into sentences; nothing but the space between them is dropped.

    Args:
        text: a paragraph without deliberate line breaks.
        language: the tag of the order; decides whether a number with a full stop is an ordinal.
    """
    cased = any(character.isupper() for character in text)
    ordinals = primary_language(language) in ORDINAL_LANGUAGES
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


def ends_sentence(before: str, after: str, *, language: str = "en", cased: bool = True) -> bool:
    """Returns whether a sentence ends between two neighbouring parts of a text.

    Args:
        before: a few words, without the space behind them.
        after: the next word, or more.
        language: the tag of the text.
        cased: whether the text has capitals, so that a small letter continues a sentence.
    """
    end = _END.search(before)
    if end is None:
        return False
    ordinals = primary_language(language) in ORDINAL_LANGUAGES
    return _ends_sentence(before[: end.start()], end[0], after, cased=cased, ordinals=ordinals)


def has_sentence_end(text: str) -> bool:
    """Returns whether a text ends as a sentence does; emoji behind its last mark don't matter."""
    end = len(text)
    while end and (text[end - 1] == "\ufe0f" or unicodedata.category(text[end - 1]) in _SYMBOLS):
        end -= 1
    return bool(_END.search(text[:end]))


def with_full_stop(text: str) -> str:
    """Returns a line with the full stop of its writing, if it ends in a letter, a mark of a letter or a digit."""
    last = text[-1:]
    if not last or unicodedata.category(last)[0] not in "LMN":
        return text
    return text + next((stop for first, end, stop in FULL_STOPS if first <= last <= end), ".")


def _ends_sentence(before: str, mark: str, after: str, *, cased: bool, ordinals: bool) -> bool:
    if mark[0] in WIDE_SENTENCE_ENDS:
        return True
    found = _NEXT_WORD.search(after)
    if found is None:
        return True
    if cased and found[0][0].islower():
        return False  # "… like this", “Really?” he asked
    reference = _REFERENCE.match(after)
    return mark != "." or not _is_abbreviation(before, reference[0] if reference else found[0], ordinals=ordinals)


def _is_abbreviation(before: str, next_word: str, *, ordinals: bool) -> bool:
    """Whether the full stop after `before` belongs to its last word and does not end a sentence."""
    word = before.rsplit(maxsplit=1)[-1].lstrip(OPENERS) if before.strip() else ""
    name = word.casefold()
    if any(map(str.isdigit, next_word)) and name in BEFORE_NUMBERS:
        return True
    if _LABEL.fullmatch(word) and word == before.strip():
        return True
    if word.isdigit():
        return ordinals and len(word) <= 2  # "am 3. Oktober"
    if len(word) == 1 and re.search(r"(?<![^\W_])[^\W\d_] [^\W\d_]$", before):
        return False  # letters read one by one: "3 p m."
    initials = word.replace(".", "")
    if name in COMPANY_SUFFIXES or (initials.isupper() and (len(word) == 1 or "." in word)):
        return next_word.casefold() not in SENTENCE_STARTERS
    if len(word) == 1 and word.islower():
        return next_word.casefold() not in SENTENCE_STARTERS  # "z. B."
    return name in ABBREVIATIONS
