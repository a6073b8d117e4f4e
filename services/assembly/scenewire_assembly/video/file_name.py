"""File name of the video. Pure."""

import re
import unicodedata
from typing import Final

from scenewire_assembly.captions.line_breaking import is_boundary

__all__ = ["file_stem", "video_name"]

_SUFFIX: Final = "_video.mp4"
_MAX_NAME_BYTES: Final = 149
"""File systems allow 255; some encryption layers and archive formats allow less."""

_VARIATIONS: Final = re.compile("[\u034f\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""Invisible variation marks."""


def file_stem(topic: str) -> str:
    """Turns a topic into a file name without suffix: letters with their marks, digits, `_` and `-`, in any script.

    Spaces become `_`. A word without such characters, for example an emoji, is left out with its space.
    """
    words = re.split(r"\s", unicodedata.normalize("NFC", topic))
    kept = [(word, _kept(word)) for word in words]
    stem = "_".join(name for word, name in kept if name or not word)
    return _shortened(stem.lstrip("-"), _MAX_NAME_BYTES - len(_SUFFIX)) or "untitled"


def video_name(topic: str) -> str:
    """The video's file name. For simple topics it equals that of the prior system."""
    return file_stem(topic) + _SUFFIX


def _kept(word: str) -> str:
    """The word without characters that are unsafe in file names. A mark is kept if its letter is."""
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


def _shortened(stem: str, max_bytes: int) -> str:
    """As many whole grapheme clusters as fit."""
    end = len(stem.encode()[:max_bytes].decode(errors="ignore"))
    while 0 < end < len(stem) and not is_boundary(stem, end):
        end -= 1
    return stem[:end]
