"""Reads the text of an order as title and paragraphs, without markup. Pure."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from scenewire.text.markup import Line, LineKind, inline_text, is_speakable, read_line

__all__ = ["Manuscript", "read_manuscript"]

_MAX_TITLE_WORDS: Final = 12
_MAX_TITLE_CHARS: Final = 100
"""A longer first line is not a title."""

_NOT_AFTER_TITLE: Final = tuple('.!?…。！？,;:"”’»)')

_UNDERLINE: Final = re.compile(r"(=+|-{2,})\s*")
_NUMBERED: Final = re.compile(r"\d{1,3}[.)]\s+")


@dataclass(frozen=True)
class Manuscript:
    """A title and the paragraphs to speak."""

    title: str
    """Empty if the text has none."""
    paragraphs: tuple[tuple[str, ...], ...]
    """Each is a sequence of deliberate lines; lines wrapped by an editor are joined."""


def read_manuscript(text: str) -> Manuscript:
    """Reads plain text or light Markdown.

    Headings are titles and not spoken, and so is a short first line without a full stop. A text that consists only of
    headings is spoken.
    """
    headings: list[str] = []
    paragraphs: list[tuple[str, ...]] = []
    for block in _blocks(text):
        named, lines = _split_headings(block)
        headings += named
        spoken = [line for line in _read_lines(lines) if line]
        if spoken and not headings and not paragraphs and lines[0].kind is LineKind.TEXT and _is_title(spoken[0]):
            headings.append(spoken.pop(0))
        if any(is_speakable(line) for line in spoken):
            paragraphs.append(tuple(spoken))
    title = headings[0] if headings else ""
    return Manuscript(title=title, paragraphs=tuple(paragraphs) or tuple((heading,) for heading in headings))


def _blocks(text: str) -> Iterator[list[Line]]:
    """Yields runs of lines between empty lines, rules and fences; a rule under a heading ends its run."""
    block: list[Line] = []
    for line in map(read_line, text.splitlines()):
        if _is_underline(line, block):
            block = [Line(LineKind.HEADING, block[0].text)]
        elif line.kind not in (LineKind.BLANK, LineKind.RULE):
            block.append(line)
        elif block:
            yield block
            block = []
    if block:
        yield block


def _is_underline(line: Line, above: list[Line]) -> bool:
    """Whether a rule turns the single line above into a heading; after more lines, it only separates blocks."""
    underlines = line.kind is LineKind.RULE and _UNDERLINE.fullmatch(line.text)
    return bool(underlines) and len(above) == 1 and above[0].kind is LineKind.TEXT and _is_title(above[0].text)


def _split_headings(block: list[Line]) -> tuple[list[str], list[Line]]:
    """Splits a block into its headings and the other lines."""
    named = [inline_text(line.text) for line in block if line.kind is LineKind.HEADING]
    lines = [line for line in block if line.kind is not LineKind.HEADING]
    return [heading for heading in named if is_speakable(heading)], _read_numbers(lines)


def _read_numbers(lines: list[Line]) -> list[Line]:
    """Reads numbers as list markers if the first line has a marker; in wrapped prose, they are words."""
    if not lines or (lines[0].kind is LineKind.TEXT and not _NUMBERED.match(lines[0].text)):
        return lines
    return [
        Line(LineKind.ITEM, line.text[found.end() :])
        if line.kind is LineKind.TEXT and (found := _NUMBERED.match(line.text))
        else line
        for line in lines
    ]


def _read_lines(lines: list[Line]) -> list[str]:
    """Returns the deliberate lines: list items, and the others after joining wrapped lines."""
    runs: list[list[str]] = []
    for line in lines:
        if line.kind is LineKind.ITEM or not runs:
            runs.append([])
        runs[-1].append(line.text)
    read: list[str] = []
    for index, run in enumerate(runs):
        if index or lines[0].kind is LineKind.ITEM:
            read.append(inline_text(" ".join(run)))
        else:
            read += _unwrap(inline_text("\n".join(run)).split("\n"))
    return read


def _unwrap(lines: list[str]) -> list[str]:
    """Joins lines wrapped by an editor: those whose next word did not fit."""
    width = max(len(line) for line in lines)
    joined = [lines[0]]
    for previous, line in pairwise(lines):
        wide = _is_wide(previous[-1:]) and _is_wide(line[:1])
        next_word = 1 if wide else len(line.partition(" ")[0])
        forced = len(previous) + 1 + next_word > width
        if forced or previous.endswith((",", ";", ":", "-", "，", "、")) or line[:1].islower():
            joined[-1] += ("" if wide else " ") + line
        else:
            joined.append(line)
    return joined


def _is_wide(character: str) -> bool:
    return bool(character) and unicodedata.east_asian_width(character) in "WF"


def _is_title(line: str) -> bool:
    short = len(line) <= _MAX_TITLE_CHARS and len(line.split()) <= _MAX_TITLE_WORDS
    return short and is_speakable(line) and not line.endswith(_NOT_AFTER_TITLE)
