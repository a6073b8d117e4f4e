"""A customer's text as title and paragraphs, without the marks that are meant for the eye. Pure."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from scenewire_script.text.sentences import is_speakable

__all__ = ["Manuscript", "one_line", "plain", "read_manuscript"]

_TITLE_WORDS: Final = 12
_TITLE_CHARACTERS: Final = 100
"""What a first line may have and still be taken for the title."""

_NOT_AFTER_TITLE: Final = tuple('.!?…。！？,;:"”’»)')

_UNSEEN: Final = re.compile("[\u00ad\u200b\u2060\ufeff]")
"""Soft hyphens, zero-width spaces and byte order marks. Joiners stay: several scripts spell with them."""

_HEADING: Final = re.compile(r"#{1,6}\s+(.*?)(?:\s+#+)?")
_UNDERLINE: Final = re.compile(r"(=+|-{2,})\s*")
_RULE: Final = re.compile(r"(?:[-*_]\s*){3,}")
_FENCE: Final = re.compile(r"(?:```|~~~)[\w+-]*")
_QUOTE: Final = re.compile(r"^(?:>\s?)+")
_ITEM: Final = re.compile(r"(?:[-*+•]|\d{1,3}[.)])\s+")

_MARKUP: Final = (
    (re.compile(r"<!--[^<>]{0,2000}-->"), ""),
    (re.compile(r"</?(?:br|div|p)(?:\s[^<>]{0,200})?/?>", re.IGNORECASE), " "),
    (re.compile(r"</?(?:b|em|i|s|small|span|strong|sub|sup|u)(?:\s[^<>]{0,200})?>", re.IGNORECASE), ""),
    (re.compile(r"!\[[^\[\]]{0,500}\]\([^()\s]{0,2000}\)"), ""),
    (re.compile(r"\[([^\[\]]{1,500})\]\([^()\s]{0,2000}(?:\s\"[^\"]{0,200}\")?\)"), r"\1"),
    (re.compile(r"(?<=\S)\[\^?\d{1,3}\]"), ""),  # the mark of a footnote
    (re.compile(r"`([^`]{1,500})`"), r"\1"),
    (re.compile(r"(\*\*|~~)(?=\S)([^*~]{1,1000})(?<=\S)\1"), r"\2"),
    (re.compile(r"(?<!\w)__(?=\S)([^_]{1,1000})(?<=\S)__(?!\w)"), r"\1"),
    (re.compile(r"(?<![\w*\\])\*(?=\S)([^*]{1,1000})(?<=[^\s\\])\*(?![\w*])"), r"\1"),
    (re.compile(r"(?<!\w)_(?=\S)([^_]{1,1000})(?<=\S)_(?!\w)"), r"\1"),
    (re.compile(r"\\([\\`*_#~\[\]])"), r"\1"),
    (re.compile(r" {2,}"), " "),
)


@dataclass(frozen=True)
class Manuscript:
    """What is to be spoken, and what it is called."""

    title: str
    """Empty when the text names none."""
    paragraphs: tuple[tuple[str, ...], ...]
    """Each a run of lines that were broken on purpose; what an editor wrapped is one line again."""


def one_line(text: str) -> str:
    """The text in Unicode's composed form, with single spaces and no control characters."""
    visible = "".join(" " if unicodedata.category(character) == "Cc" else character for character in text)
    return " ".join(unicodedata.normalize("NFC", _UNSEEN.sub("", visible)).split())


def read_manuscript(text: str) -> Manuscript:
    """Reads plain text or light Markdown.

    A heading is a title and not narration. So is a short first line without a full stop. A text of nothing else is
    spoken all the same.
    """
    headings: list[str] = []
    paragraphs: list[tuple[str, ...]] = []
    for block in _blocks(text):
        named, lines = _take_headings(block)
        headings += named
        spoken = [line for line in _read_lines(lines) if line]
        if spoken and not headings and not paragraphs and not _ITEM.match(lines[0]) and _is_title(spoken[0]):
            headings.append(spoken.pop(0))
        if any(is_speakable(line) for line in spoken):
            paragraphs.append(tuple(spoken))
    title = headings[0] if headings else ""
    return Manuscript(title=title, paragraphs=tuple(paragraphs) or tuple((heading,) for heading in headings))


def _blocks(text: str) -> Iterator[list[str]]:
    """Runs of lines between empty lines, rules and fences."""
    block: list[str] = []
    for raw in text.splitlines():
        line = _QUOTE.sub("", one_line(raw))
        if _is_underline(line, block) or (line and not _RULE.fullmatch(line) and not _FENCE.fullmatch(line)):
            block.append(line)
        elif block:
            yield block
            block = []
    if block:
        yield block


def _is_underline(line: str, above: list[str]) -> bool:
    """Whether it makes a heading of the single line above; after anything longer it only parts two blocks."""
    return len(above) == 1 and bool(_UNDERLINE.fullmatch(line)) and _is_title(above[0])


def _take_headings(block: list[str]) -> tuple[list[str], list[str]]:
    """Parts a block into its headings and what remains."""
    headings: list[str] = []
    lines: list[str] = []
    for line in block:
        if found := _HEADING.fullmatch(line):
            headings.append(found[1])
        elif _is_underline(line, lines):
            headings.append(lines.pop())
        else:
            lines.append(line)
    named = [plain(heading) for heading in headings]
    return [heading for heading in named if is_speakable(heading)], lines


def _read_lines(lines: list[str]) -> list[str]:
    """The lines that were broken on purpose: the items of a list, or what remains when wrapped lines are joined."""
    if not lines:
        return []
    if not _ITEM.match(lines[0]):
        return _unwrap(plain("\n".join(lines)).split("\n"))
    items: list[str] = []
    for line in lines:
        mark = _ITEM.match(line)
        if mark:
            items.append(line[mark.end() :])
        else:
            items[-1] += f" {line}"
    return [plain(item) for item in items]


def _unwrap(lines: list[str]) -> list[str]:
    """Joins the lines that an editor wrapped: those whose break the length of the next word forced."""
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
    short = len(line) <= _TITLE_CHARACTERS and len(line.split()) <= _TITLE_WORDS
    return short and is_speakable(line) and not line.endswith(_NOT_AFTER_TITLE)


def plain(text: str) -> str:
    """The text without light Markdown and HTML."""
    for pattern, replacement in _MARKUP:
        text = pattern.sub(replacement, text)
    return text.strip()
