"""Converts light Markdown, HTML tags and entities to plain text. Pure.

Customers' texts are converted to plain text once, where an order becomes scenes. Everything after that (speech,
captions, cards, chapters, file names) takes plain text literally. Converting twice loses words: `&lt;b&gt;` is the
written form of `<b>`, which a second pass would take for a tag.
"""

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

__all__ = ["Line", "LineKind", "inline_text", "is_speakable", "one_line", "plain_line", "plain_text", "read_line"]

_INVISIBLE: Final = frozenset("\u00ad\u061c\u200b\u200e\u200f\u2060\ufeff") | frozenset(
    map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A)))
)
"""Soft hyphens, zero-width spaces, writing directions, byte order marks. Joiners stay: several scripts spell with them."""

_NOT_TEXT: Final = ("Cs", "Co", "Cn")

_HEADING: Final = re.compile(r"#{1,6}\s+(.*?)(?:\s+#+)?")
_FENCE: Final = re.compile(r"(?:```|~~~)[\w+-]*")
_RULE: Final = re.compile(r"(?:[-*_=~|:+`]\s*){2,}")
_QUOTE: Final = re.compile(r"^(?:>\s?)+")
_ITEM: Final = re.compile(r"[-–*+•·◦‣⁃▪▫●○■□✓✔✅☑➡→➤►▶]\ufe0f?\s+")  # noqa: RUF001 - marks of lists are meant

_ATTRIBUTES: Final = r"""(?:\s+[\w:-]{1,40}\s*=\s*(?:"[^"<>]{0,500}"|'[^'<>]{0,500}'|[^\s"'<>]{1,500})){0,20}\s*/?"""
"""Only `name=value`: in `a <b and c> d` there are words."""


def _tag(*names: str) -> re.Pattern[str]:
    return re.compile(rf"</?(?:{'|'.join(names)}){_ATTRIBUTES}>", re.IGNORECASE)


_BLOCK_TAG: Final = _tag("blockquote", "br", "div", "h[1-6]", "hr", "li", "ol", "p", "ul")
_INLINE: Final = (
    (re.compile(r"<!--[^<>]{0,2000}-->"), ""),
    (
        _tag("a", "b", "code", "em", "font", "i", "img", "mark", "s", "small", "span", "strong", "su[bp]", "u", "wbr"),
        "",
    ),
    (re.compile(r"!\[[^\[\]]{0,500}\]\([^()]{0,2000}\)"), ""),
    (re.compile(r"\[([^\[\]]{1,500})\]\([^()\s]{0,2000}(?:\s\"[^\"]{0,200}\")?\)"), r"\1"),
    (re.compile(r"<((?:https?://|mailto:)[^<>\s]{1,2000})>"), r"\1"),
    (re.compile(r"(?<=\S)\[\^?\d{1,3}\]"), ""),  # the mark of a footnote
    (re.compile(r"`([^`]{1,500})`"), r"\1"),
    (re.compile(r"(?<!\w)\*\*\*(?=\S)([^*]{1,1000})(?<=\S)\*\*\*(?!\w)"), r"\1"),
    (re.compile(r"(\*\*|~~)(?=\S)([^*~]{1,1000})(?<=\S)\1"), r"\2"),
    (re.compile(r"(?<!\w)__(?=\S)([^_]{1,1000})(?<=\S)__(?!\w)"), r"\1"),
    (re.compile(r"(?<![\w*\\])\*(?=\S)([^*]{1,1000})(?<=[^\s\\])\*(?![\w*])"), r"\1"),
    (re.compile(r"(?<!\w)_(?=\S)([^_]{1,1000})(?<=\S)_(?!\w)"), r"\1"),
    (re.compile(r"\\([\\`*_#~\[\]])"), r"\1"),
)
_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")


class LineKind(Enum):
    """Kind of a line, by its markup."""

    TEXT = auto()
    HEADING = auto()
    ITEM = auto()
    RULE = auto()
    """Dashes, stars or the like, which part what is above from what is below; under a line, they may underline it."""
    BLANK = auto()
    """Nothing, or the fence of a code block."""


@dataclass(frozen=True)
class Line:
    """A line of a text without the marks at its beginning; its inline markup remains."""

    kind: LineKind
    text: str


def is_speakable(text: str) -> bool:
    """Returns whether a text contains a letter or a digit."""
    return any(character.isalnum() for character in text)


def one_line(text: str) -> str:
    """The text in composed form (NFC) with single spaces, without control and invisible characters. Keeps markup."""
    seen = "".join(
        " " if unicodedata.category(character) == "Cc" else character
        for character in text
        if character not in _INVISIBLE and unicodedata.category(character) not in _NOT_TEXT
    )
    return " ".join(unicodedata.normalize("NFC", seen).split())


def read_line(raw: str) -> Line:
    """Classifies a line of a text."""
    line = _QUOTE.sub("", one_line(raw))
    if not line or _FENCE.fullmatch(line):
        return Line(LineKind.BLANK, "")
    if _RULE.fullmatch(line):
        return Line(LineKind.RULE, line)
    if heading := _HEADING.fullmatch(line):
        return Line(LineKind.HEADING, heading[1])
    if item := _ITEM.match(line):
        return Line(LineKind.ITEM, line[item.end() :])
    return Line(LineKind.TEXT, line)


def inline_text(text: str) -> str:
    """Returns the text without inline markup, with entities decoded; keeps line breaks."""
    text = _BLOCK_TAG.sub(" ", text)
    for pattern, replacement in _INLINE:
        text = pattern.sub(replacement, text)
    text = _ENTITY.sub(lambda found: html.unescape(found[0]), text)
    return "\n".join(one_line(line) for line in text.split("\n"))


def plain_text(text: str) -> str:
    """Returns the words of a text as they are spoken and shown. Don't apply it twice.

    Headings, list items and paragraphs are parted by an empty line; within them single spaces part the words.

    Returns:
        An empty text when there is neither letter nor digit in it.
    """
    blocks = (inline_text(block) for block in _blocks(_BLOCK_TAG.sub("\n\n", text)))
    return "\n\n".join(block for block in blocks if is_speakable(block))


def plain_line(text: str) -> str:
    """Returns `plain_text` on one line, for titles, topics and keywords."""
    return one_line(plain_text(text))


def _blocks(text: str) -> Iterator[str]:
    """Headings, list items, and runs of lines between empty lines, rules and fences."""
    block: list[str] = []
    for line in map(read_line, text.splitlines()):
        if line.kind is not LineKind.TEXT and block:
            yield " ".join(block)
            block = []
        if line.kind is LineKind.HEADING:
            yield line.text
        elif line.text and line.kind is not LineKind.RULE:
            block.append(line.text)
    if block:
        yield " ".join(block)
