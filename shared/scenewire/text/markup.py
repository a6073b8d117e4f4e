"""Removes inline markup: Markdown, HTML tags and entities within a line. Pure.

CommonMark's own rules for inline markup would lose words: they read `5*3*2` as emphasis and `<b and c>` as a tag.
"""

import html
import re
import unicodedata
from typing import Final

__all__ = ["BLOCK_TAG", "inline_text", "is_speakable", "one_line"]

_INVISIBLE: Final = frozenset("\u00ad\u061c\u200b\u200e\u200f\u2060\ufeff") | frozenset(
    map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A)))
)
"""Soft hyphens, zero-width spaces, writing directions, byte order marks. Joiners stay: several scripts spell with them."""

_NOT_TEXT: Final = ("Cs", "Co", "Cn")

_ATTRIBUTES: Final = r"""(?:\s+[\w:-]{1,40}\s*=\s*(?:"[^"<>]{0,500}"|'[^'<>]{0,500}'|[^\s"'<>]{1,500})){0,20}\s*/?"""
"""Only `name=value`: in `a <b and c> d` there are words."""


def _tag(*names: str) -> re.Pattern[str]:
    return re.compile(rf"</?(?:{'|'.join(names)}){_ATTRIBUTES}>", re.IGNORECASE)


BLOCK_TAG: Final = _tag("blockquote", "br", "div", "h[1-6]", "hr", "li", "ol", "p", "ul")
_INLINE: Final = (
    (re.compile(r"<!--[^<>]{0,2000}-->"), ""),
    (
        _tag("a", "b", "code", "em", "font", "i", "img", "mark", "s", "small", "span", "strong", "su[bp]", "u", "wbr"),
        "",
    ),
    (re.compile(r"!\[[^\[\]]{0,500}\]\([^()]{0,2000}\)"), ""),
    (re.compile(r"\[([^\[\]]{1,500})\]\([^()\s]{0,2000}(?:\s\"[^\"]{0,200}\")?\)"), r"\1"),
    (re.compile(r"<((?:https?://|mailto:)[^<>\s]{1,2000})>"), r"\1"),
    (re.compile(r"(?:(?<=\S)|(?<=[.!?])\s)\[(?:\^\d{1,3}|[1-9]\d{0,2})\](?=\W|$)"), ""),  # the mark of a footnote
    (re.compile(r"`([^`]{1,500})`"), r"\1"),
    (re.compile(r"(?<!\w)\*\*\*(?=\S)([^*]{1,1000})(?<=\S)\*\*\*(?!\w)"), r"\1"),
    (re.compile(r"(\*\*|~~)(?=\S)([^*~]{1,1000})(?<=\S)\1"), r"\2"),
    (re.compile(r"(?<!\w)__(?=\S)([^_]{1,1000})(?<=\S)__(?!\w)"), r"\1"),
    (re.compile(r"(?<![\w*\\])\*(?=\S)([^*]{1,1000})(?<=[^\s\\])\*(?![\w*])"), r"\1"),
    (re.compile(r"(?<!\w)_(?=\S)([^_]{1,1000})(?<=\S)_(?!\w)"), r"\1"),
    (re.compile(r"\\([\\`*_#~\[\]])"), r"\1"),
)
_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")


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


def inline_text(text: str) -> str:
    """Returns the text without inline markup, with entities decoded; keeps line breaks."""
    text = BLOCK_TAG.sub(" ", text)
    for pattern, replacement in _INLINE:
        text = pattern.sub(replacement, text)
    text = _ENTITY.sub(lambda found: html.unescape(found[0]), text)
    return "\n".join(one_line(line) for line in text.split("\n"))
