"""Capitals for captions. Pure."""

import re
import unicodedata
from dataclasses import replace
from typing import Final

from scenewire.text.languages import primary_language
from scenewire_assembly.captions.cues import Cue

__all__ = ["capitals", "in_capitals"]

_CASED: Final = re.compile(r"[a-z\u00aa-\u024f\u0370-\u03ff\u0400-\u052f\u1e00-\u1fff]")
"""Latin, Greek and Cyrillic letters: fonts lack the capitals of others, such as Georgian."""

_DOTTED: Final = frozenset({"tr", "az"})
"""Languages in which the capital of i keeps its dot."""

_TONOS: Final = re.compile("[\u0301\u0342\u0313\u0314\u0300]")
"""Greek capitals have no accents; the diaeresis stays."""


def in_capitals(cue: Cue, language: str) -> Cue:
    """The same cue in capitals."""
    lines = tuple(tuple(replace(word, text=capitals(word.text, language)) for word in line) for line in cue.lines)
    return replace(cue, lines=lines)


def capitals(text: str, language: str) -> str:
    """A text in capitals, by the rules of its language. Letters without a capital of one letter, such as ß, stay."""
    primary = primary_language(language)
    if primary in _DOTTED:
        text = text.replace("i", "İ")
    if primary == "el":
        text = unicodedata.normalize("NFC", _TONOS.sub("", unicodedata.normalize("NFD", text)))
    return _CASED.sub(_capital, text)


def _capital(found: re.Match[str]) -> str:
    upper = found[0].upper()
    return upper if len(upper) == 1 else found[0]
