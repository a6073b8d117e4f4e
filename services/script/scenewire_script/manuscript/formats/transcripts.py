"""Reads transcripts of talks and exports of chats as dialogues. Pure."""

import re
from collections.abc import Sequence
from typing import Final

from scenewire_script.manuscript.recognition.directions import DirectionKind, read_label
from scenewire_script.manuscript.recognition.speakers import NO_SPEAKERS

__all__ = ["read_transcript"]

_TIME: Final = r"\d{1,2}:\d{2}(?::\d{2})?(?:\.\d{1,3})?(?:\s?[ap]\.?m\.?)?"
_NAME: Final = r"(?P<name>[^\W\d_][\w .&'’-]{0,28}?)"
_TURN: Final = re.compile(
    rf"[ \t]*[\[(]?(?:\d{{1,4}}[./-]\d{{1,2}}[./-]\d{{1,4}},?\s)?{_TIME}[\])]?\s*(?:[-–—]\s*)?{_NAME}:\s+(?P<text>\S.*)",
    re.IGNORECASE,
)
"""A turn on one line: `[10:32 AM] Ann: Did you see it?`"""

_HEAD: Final = re.compile(
    rf"[ \t]*(?:{_NAME}(?:[ \t]+|[ \t]*[\[(]){_TIME}[\])]?:?|[\[(]?{_TIME}[\])]?[ \t]+{_NAME.replace('name', 'other')}:?)[ \t]*",
    re.IGNORECASE,
)
"""A line above a turn: `Speaker 1  0:00`"""

_MIN_TURNS: Final = 2
_MIN_SHARE: Final = 0.5
"""Share of the lines that are turns, in a text whose turns are lines."""


def read_transcript(text: str) -> tuple[str, frozenset[str]] | None:
    """Writes the turns of a transcript as lines behind the names of their speakers, without times.

    Returns:
        The text and the names of its speakers; None if the text isn't a transcript.
    """
    lines = text.split("\n")
    heads = [_HEAD.fullmatch(line) for line in lines]
    turns = [_TURN.fullmatch(line) for line in lines]
    count = sum(turn is not None for turn in turns)
    if count < sum(map(bool, map(str.strip, lines))) * _MIN_SHARE:
        turns = [None] * len(lines)
    if any(head and _is_empty(lines, heads, at) for at, head in enumerate(heads)):
        heads = [None] * len(lines)  # a table of contents
    names = [_name(found) for found in (*heads, *turns) if found]
    if not _are_speakers(names):
        return None
    read = [_dialogue(*found) for found in zip(lines, heads, turns, strict=True)]
    return "\n".join(read), frozenset(names)


def _is_empty(lines: Sequence[str], heads: Sequence[re.Match[str] | None], at: int) -> bool:
    """Whether no words stand below the head at an index."""
    below = next((place for place in range(at + 1, len(lines)) if lines[place].strip()), None)
    return below is None or heads[below] is not None


def _are_speakers(names: Sequence[str]) -> bool:
    """Whether names recur, as those of speakers do and those of chapters don't, or are known to be of speakers."""
    labels = [read_label(f"{name}:") for name in set(names)]
    if len(names) < _MIN_TURNS or not NO_SPEAKERS.isdisjoint(map(str.casefold, names)):
        return False
    if any(label and label.kind not in {None, DirectionKind.SPEAKER} for label in labels):
        return False
    is_known = any(label and label.kind is DirectionKind.SPEAKER for label in labels)
    are_full = all(" " in name and name.istitle() for name in names)
    return is_known or are_full or len(labels) < len(names)


def _dialogue(line: str, head: re.Match[str] | None, turn: re.Match[str] | None) -> str:
    if head:
        return f"\n{_name(head)}:"
    return f"\n{_name(turn)}: {turn['text']}" if turn else line


def _name(found: re.Match[str]) -> str:
    names = found.groupdict()
    return names["name"] or names["other"]
