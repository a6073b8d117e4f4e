"""What the film's file is called. Pure."""

import re
import unicodedata
from typing import Final

from scenewire_assembly.captions.line_breaking import apart

__all__ = ["file_stem", "video_name"]

_SUFFIX: Final = "_video.mp4"
_LONGEST: Final = 149
"""Bytes of a file name; file systems allow 255, some encryption layers and archive formats less."""

_VARIATIONS: Final = re.compile("[\u034f\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""Marks that nobody sees."""


def file_stem(topic: str) -> str:
    """A topic as the beginning of a file name: letters with their marks, digits, `_` and `-` of any script.

    Spaces become `_`. A word of nothing else, such as an emoji, is left out with its space.
    """
    words = re.split(r"\s", unicodedata.normalize("NFC", topic))
    kept = [(word, _kept(word)) for word in words]
    stem = "_".join(name for word, name in kept if name or not word)
    return _shortened(stem.lstrip("-"), _LONGEST - len(_SUFFIX)) or "film"


def video_name(topic: str) -> str:
    """The film's file name, the prior system's for a simple topic."""
    return file_stem(topic) + _SUFFIX


def _kept(word: str) -> str:
    """The word without what no file name should hold; a mark stays where its letter stays."""
    kept: list[str] = []
    on_letter = False
    for character in _VARIATIONS.sub("", word):
        if unicodedata.category(character) in ("Mn", "Mc"):
            is_kept = on_letter
        else:
            on_letter = character.isalnum()
            is_kept = on_letter or character in "_-"
        if is_kept:
            kept.append(character)
    return "".join(kept)


def _shortened(stem: str, most: int) -> str:
    """As many whole characters, as people see them, as fit in that many bytes."""
    end = len(stem.encode()[:most].decode(errors="ignore"))
    while 0 < end < len(stem) and not apart(stem, end):
        end -= 1
    return stem[:end]
