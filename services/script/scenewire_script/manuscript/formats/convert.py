"""Converts a script of any known format to plain lines with light Markdown. Pure."""

import re
from dataclasses import dataclass
from typing import Final

from scenewire_script.manuscript.formats.delimited import read_delimited
from scenewire_script.manuscript.formats.front_matter import without_front_matter
from scenewire_script.manuscript.formats.html_page import read_html
from scenewire_script.manuscript.formats.ssml import is_ssml, read_ssml
from scenewire_script.manuscript.formats.subtitles import is_subtitles, read_subtitles
from scenewire_script.manuscript.formats.transcripts import read_transcript

__all__ = ["Converted", "convert"]

_HTML: Final = re.compile(
    r"<!doctype html|</(?P<name>html|body|article|section|p|h[1-6]|ul|ol|li|div|table)\s*>", re.IGNORECASE
)
_COMMENT: Final = re.compile(r"<!--.{0,5000}?-->", re.DOTALL)

_TYPED_BREAK: Final = re.compile(r"(?:\\r)?\\n")
_TOKEN: Final = re.compile(r"\S+")
_PATH: Final = re.compile(r"[A-Za-z]:\\|\\\\")


@dataclass(frozen=True)
class Converted:
    """A script as plain lines with light Markdown.

    Attributes:
        text: the lines.
        title: of the front matter or the HTML head; empty if there is none.
        notes: what was read as what.
        speakers: names that label the lines of their speakers.
    """

    text: str
    title: str = ""
    notes: tuple[str, ...] = ()
    speakers: frozenset[str] = frozenset()


def convert(text: str) -> Converted:
    """Converts subtitles, tables of spreadsheets, transcripts, SSML, HTML, typed line breaks and front matter; other texts stay as they are."""
    text = _typed_breaks(text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff"))
    notes: list[str] = []
    if is_subtitles(text):
        text, speakers = read_subtitles(text, notes)
        return Converted(text, notes=tuple(notes), speakers=speakers)
    if table := read_delimited(text):
        return Converted(table, notes=("Read as a table: each row is a scene.",))
    if transcript := read_transcript(text):
        return Converted(
            transcript[0], notes=("Read as a transcript: its times are not spoken.",), speakers=transcript[1]
        )
    text, title = without_front_matter(text, notes)
    text = _COMMENT.sub("", text)
    speakers = frozenset[str]()
    if is_ssml(text):
        text, speakers = read_ssml(text, notes)
    if _is_html(text):
        page = read_html(text)
        text, title = page.text, title or page.title
        notes.append("Read as HTML: tags, styles and programs are not spoken.")
    return Converted(text, title, tuple(notes), speakers)


def _is_html(text: str) -> bool:
    """Returns whether a text has a doctype, or a closing tag and one that it closes; a closing tag alone may be a word."""
    names = {(found["name"] or "").lower() for found in _HTML.finditer(text)}
    small = text.lower()
    return any(not name or f"<{name}" in small for name in names)


def _typed_breaks(text: str) -> str:
    r"""Reads `\n` typed as two characters as a line break, but not inside a Windows path."""
    if "\\n" not in text or "\n" in text.strip():
        return text
    return _TOKEN.sub(lambda token: token[0] if _PATH.search(token[0]) else _TYPED_BREAK.sub("\n", token[0]), text)
