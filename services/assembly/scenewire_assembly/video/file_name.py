"""What the film's file is called. Pure."""

import unicodedata
from typing import Final

__all__ = ["file_stem", "video_name"]

_SUFFIX: Final = "_video.mp4"
_LONGEST: Final = 149
"""Bytes of a file name; file systems allow 255, some encryption layers and archive formats less."""


def file_stem(topic: str) -> str:
    """A topic as the beginning of a file name: letters, digits, `_` and `-` of any script, spaces as `_`."""
    composed = unicodedata.normalize("NFC", topic)
    underscored = ("_" if character.isspace() else character for character in composed)
    kept = "".join(character for character in underscored if character.isalnum() or character in "_-")
    cut = kept.encode()[: _LONGEST - len(_SUFFIX)].decode(errors="ignore")
    return cut.lstrip("-") or "film"


def video_name(topic: str) -> str:
    """The film's file name, the prior system's for a simple topic."""
    return file_stem(topic) + _SUFFIX
