"""What of a scene's text is spoken, and its words. Pure."""

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

__all__ = ["Token", "clean", "is_speakable", "split_words"]

_UNSEEN: Final = frozenset("\u00ad\u061c\u200b\u200e\u200f\u2060\ufe0e\ufe0f\u20e3\ufeff") | frozenset(
    map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A)))
)
"""Soft hyphens, zero-width spaces, writing directions, emoji styles. Joiners stay: several scripts spell with them."""

_NO_TEXT: Final = ("Cs", "Co", "Cn")

_EMOJI: Final = re.compile("(?:[\u2600-\u27bf\U0001f000-\U0001faff\U000e0020-\U000e007f]\u200d?)+")
"""Engines read out their names ("grinning face"), which nobody wrote."""

_BLOCK_TAG: Final = re.compile(r"</?(?:br|div|h[1-6]|li|ol|p|ul)(?:\s[^<>]{0,200})?/?>", re.IGNORECASE)
_HEADING: Final = re.compile(r"#{1,6}\s+(.*?)(?:\s+#+)?")
_RULE: Final = re.compile(r"(?:[-*_=~|:+`]\s*){2,}|(?:```|~~~)[\w+-]*")
_QUOTE: Final = re.compile(r"^(?:>\s?)+")
_ITEM: Final = re.compile(r"[-*+•]\s+")

_MARKUP: Final = (
    (re.compile(r"<!--[^<>]{0,2000}-->"), ""),
    (
        re.compile(r"</?(?:a|b|code|em|font|i|mark|s|small|span|strong|sub|sup|u)(?:\s[^<>]{0,500})?>", re.IGNORECASE),
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

_UNSPACED: Final = "\u3041-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORD: Final = re.compile(rf"[^\w\s]*[{_UNSPACED}](?:[^\w\s]|ー)*|[^\s{_UNSPACED}]+")


@dataclass(frozen=True)
class Token:
    """A word of a text and the characters it takes there, from `start` up to and without `end`."""

    text: str
    start: int
    end: int


def is_speakable(text: str) -> bool:
    """Whether there is a letter or a digit in it."""
    return any(character.isalnum() for character in text)


def clean(text: str) -> str:
    """The text as it is spoken: without Markdown, tags, entities, emoji and characters that nobody sees.

    Nothing else changes: the words stand as in the script, with their capitals and punctuation. Headings, list items
    and paragraphs are parted by an empty line, for which engines pause; within them single spaces part the words.

    Returns:
        An empty text when there is neither letter nor digit in it.
    """
    blocks = (_visible(_plain(block)) for block in _blocks(_BLOCK_TAG.sub("\n\n", text)))
    return "\n\n".join(block for block in blocks if is_speakable(block))


def split_words(text: str) -> list[Token]:
    """The words of a text that `clean` made: what stands between white space, punctuation included.

    Scripts written without spaces give a word per character, with the punctuation around it.
    """
    return [Token(found[0], found.start(), found.end()) for found in _WORD.finditer(text)]


def _blocks(text: str) -> Iterator[str]:
    """Headings, list items, and runs of lines between empty lines, rules and fences."""
    block: list[str] = []
    for raw in text.splitlines():
        line = _QUOTE.sub("", _visible(raw))
        heading = _HEADING.fullmatch(line)
        item = _ITEM.match(line)
        apart = not line or heading or item or _RULE.fullmatch(line)
        if apart and block:
            yield " ".join(block)
            block = []
        if heading:
            yield heading[1]
        elif item:
            block = [line[item.end() :]]
        elif not apart:
            block.append(line)
    if block:
        yield " ".join(block)


def _plain(text: str) -> str:
    for pattern, replacement in _MARKUP:
        text = pattern.sub(replacement, text)
    return _ENTITY.sub(lambda found: html.unescape(found[0]), text)


def _visible(text: str) -> str:
    """Composed characters that can be seen, parted by single spaces."""
    seen = "".join(
        " " if unicodedata.category(character) == "Cc" else character
        for character in text
        if character not in _UNSEEN and unicodedata.category(character) not in _NO_TEXT
    )
    return " ".join(unicodedata.normalize("NFC", _EMOJI.sub(" ", seen)).split())
