"""Subtitle files: SubRip and WebVTT. Pure."""

import re
from collections.abc import Sequence
from typing import Final

from scenewire_assembly.captions.cues import Cue

__all__ = ["srt", "vtt"]

_SYNTAX: Final = re.compile(r"<(?=[/a-zA-Z])|\{(?=\\)|--(?=>)")
"""Text that players would read as markup or as the times of another cue. SubRip cannot escape it: an invisible word
joiner breaks it up."""


def srt(cues: Sequence[Cue], frame_rate: int) -> str:
    """The content of a .srt file."""
    blocks = (
        f"{number}\n{_times(cue, frame_rate, ',')}\n"
        + "\n".join(_SYNTAX.sub("\\g<0>\u2060", text) for text in cue.texts)
        + "\n"
        for number, cue in enumerate(cues, start=1)
    )
    return "\n".join(blocks)


def vtt(cues: Sequence[Cue], frame_rate: int) -> str:
    """The content of a .vtt file."""
    blocks = (
        f"{_times(cue, frame_rate, '.')}\n"
        + "\n".join(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") for text in cue.texts)
        + "\n"
        for cue in cues
    )
    return "\n".join(["WEBVTT\n", *blocks])


def _times(cue: Cue, frame_rate: int, mark: str) -> str:
    return f"{_clock(cue.start, frame_rate, mark)} --> {_clock(cue.end, frame_rate, mark)}"


def _clock(frame: int, frame_rate: int, mark: str) -> str:
    seconds, milliseconds = divmod(round(frame * 1000 / frame_rate), 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{mark}{milliseconds:03}"
