"""Removes inline markup: Markdown, HTML tags and entities within a line. Pure.

CommonMark's own rules for inline markup would lose words: they read `5*3*2` as emphasis and `<b and c>` as a tag.
"""

import html
import re
import unicodedata
from typing import Final

__all__ = ["BLOCK_TAG", "inline_text", "is_speakable", "one_line", "replace_block_tags"]

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
_INLINE_TAG: Final = _tag(
    "a", "b", "code", "em", "font", "i", "img", "mark", "s", "small", "span", "strong", "su[bp]", "u", "wbr"
)
_BARE_TAG: Final = re.compile(r"<(?P<slash>/?)(?P<name>\w+)>")
_VOID_TAGS: Final = frozenset({"br", "hr", "img", "wbr"})
_BEFORE_WORD: Final = re.compile(r"[^\W_][,;:]?[ ]\Z")
_BEHIND_WORD: Final = re.compile(r"[.,;:!?)]|[ ](?=[a-z])")
_NAMES_TAG_BEFORE: Final = re.compile(
    r"\b(?:a|an|and|das|der|ein|into|la|le|or|the|type|use|using|with|write)[ ]\Z", re.IGNORECASE
)
_NAMES_TAG_BEHIND: Final = re.compile(r"[ ](?:attribute|element|tag)s?\b", re.IGNORECASE)
_CONTEXT_CHARS: Final = 20

_INLINE: Final = (
    (
        re.compile(
            r"(?:(?:,?[ \t]+(?:and|e|et|o|oder|or|ou|u|und|y))?[ \t]+(?=!\[[^\[\]]{0,500}\]\([^()]{0,2000}\)\s*[,.;:!?]))?"
            r"!\[[^\[\]]{0,500}\]\([^()]{0,2000}\)"
        ),
        "",
    ),
    (re.compile(r"\[([^\[\]]{1,500})\]\([^()\s]{0,2000}(?:\s\"[^\"]{0,200}\")?\)"), r"\1"),
    (re.compile(r"<((?:https?://|mailto:)[^<>\s]{1,2000})>"), r"\1"),
    (re.compile(r"(?:(?<=\S)|(?<=[.!?])\s)\[(?:\^\d{1,3}|[1-9]\d{0,2})\](?=\W|$)"), ""),  # the mark of a footnote
    (re.compile(r"`([^`]{1,500})`"), r"\1"),
    (re.compile(r"(?<!\w)\*\*\*(?=\S)([^*]{1,1000})(?<=\S)\*\*\*(?!\w)"), r"\1"),
    (re.compile(r"(\*\*|~~)(?=\S)([^*~]{1,1000})(?<=\S)\1"), r"\2"),
    (re.compile(r"(?<![\w=])==(?=[^\s=])([^=]{1,1000})(?<=\S)==(?![\w=])"), r"\1"),
    (re.compile(r"(?<!\w)__(?=\S)([^_]{1,1000})(?<=\S)__(?!\w)"), r"\1"),
    (re.compile(r"(?<![\w*\\])\*(?=\S)([^*]{1,1000})(?<=[^\s\\])\*(?![\w*])"), r"\1"),
    (re.compile(r"(?<!\w)_(?=\S)([^_]{1,1000})(?<=\S)_(?!\w)"), r"\1"),
    (re.compile(r"\\([\\`*_#~\[\]])"), r"\1"),
)
_COMMENT: Final = re.compile(r"<!--[^<>]{0,2000}-->")
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
    text = _COMMENT.sub("", replace_block_tags(text, " "))
    text = _without_tags(_INLINE_TAG, text, "")
    for pattern, replacement in _INLINE:
        text = pattern.sub(replacement, text)
    text = _ENTITY.sub(lambda found: html.unescape(found[0]), text)
    return "\n".join(one_line(line) for line in text.split("\n"))


def replace_block_tags(text: str, replacement: str) -> str:
    """Returns the text with something else for each tag such as `<br>` and `<p>`, but not for one that is a word: `the <p> tag`."""
    return _without_tags(BLOCK_TAG, text, replacement)


def _without_tags(tags: re.Pattern[str], text: str, replacement: str) -> str:
    return tags.sub(lambda found: found[0] if _is_word(found) else replacement, text)


def _is_word(found: re.Match[str]) -> bool:
    """Whether a tag is a word of its sentence: it stands apart within it, and has no partner."""
    bare = _BARE_TAG.fullmatch(found[0])
    if bare is None:
        return False
    text, start, end = found.string, found.start(), found.end()
    before, behind = text[max(0, start - _CONTEXT_CHARS) : start], text[end : end + _CONTEXT_CHARS]
    is_within = _BEFORE_WORD.search(before) and _BEHIND_WORD.match(behind)
    if bare["name"].lower() in _VOID_TAGS:
        return bool(is_within and (_NAMES_TAG_BEFORE.search(before) or _NAMES_TAG_BEHIND.match(behind)))
    partner = f"<{bare['name']}" if bare["slash"] else f"</{bare['name']}>"
    return bool(is_within) and partner not in text
