"""Recognises the format of a script by its content, and converts it to plain lines with light Markdown. Pure."""

import html
import re
from dataclasses import dataclass
from typing import Final

import pysubs2

from scenewire.text.sentences import has_sentence_end
from scenewire_script.manuscript.html_page import read_html

__all__ = ["Converted", "convert"]

_CUE_TIMES: Final = re.compile(
    r"^[ \t]*(?:\d{1,3}:)?\d{1,2}:\d{2}[,.]\d{1,3}[ \t]*-->[ \t]*(?:\d{1,3}:)?\d{1,2}:\d{2}[,.]\d{1,3}", re.MULTILINE
)
_WORD_TIME: Final = re.compile(r"<\d{1,2}:[\d:.]{4,10}>")
"""Within a line of live subtitles, which are shown a second time while the next line appears."""

_SCENE_GAP_MS: Final = 2_000
"""A longer gap between two subtitles parts scenes."""

_MIN_ENDED_SHARE: Final = 0.2
"""Share of cues that end as a sentence does, below which every cue is a line of its own."""

_FRONT_MATTER: Final = re.compile(r"\A\s*---[ \t]*\n(.{0,20000}?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_FRONT_MATTER_LINE: Final = re.compile(r"[A-Za-z_][\w -]{0,40}:(?:\s.*)?|\s+\S.*|- .*|\s*|#.*")
_MIN_FIELDS: Final = 2
_FIELD: Final = re.compile(r"([A-Za-z_][\w -]{0,40}):\s*(.*)")

_SSML_BREAK: Final = re.compile(
    r"<break\b(?:[^<>]{0,100}?\btime\s*=\s*[\"']?(?P<time>[\d.]{1,6})\s*(?P<unit>ms|s)\b)?[^<>]{0,100}>", re.IGNORECASE
)
_SSML_VOICE: Final = re.compile(r"<voice\b[^<>]{0,100}?\bname\s*=\s*[\"']?([\w .-]{1,60})[^<>]{0,100}>", re.IGNORECASE)
_SSML_BLOCK: Final = re.compile(r"</?(?:p|voice)(?:\s[^<>]{0,200})?>", re.IGNORECASE)
_SSML: Final = re.compile(
    r"<\?xml[^<>]{0,200}\?>|</?(?:speak|prosody|emphasis|say-as|sub|phoneme|lang|mark|audio|par|seq|media|desc"
    r"|mstts:[\w-]+|amazon:[\w-]+)(?:\s[^<>]{0,500})?/?>|</?[ws](?:\s[^<>]{0,200})?>",
    re.IGNORECASE,
)
_HTML: Final = re.compile(
    r"<!doctype html|</(?:html|body|article|section|p|h[1-6]|ul|ol|li|div|table)\s*>", re.IGNORECASE
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
    """

    text: str
    title: str = ""
    notes: tuple[str, ...] = ()


def convert(text: str) -> Converted:
    """Converts subtitles, SSML, HTML, typed line breaks and front matter; other texts stay as they are."""
    text = _typed_breaks(text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff"))
    if _is_subtitles(text):
        return Converted(_subtitles(text), notes=("Read as subtitles: their numbers and times are not spoken.",))
    notes: list[str] = []
    text, title = _without_front_matter(text, notes)
    text = _COMMENT.sub("", text)
    if _SSML.search(text) or _SSML_BREAK.search(text):
        text = _without_ssml(text)
        notes.append("Read as SSML: its breaks become silence, its other tags are not spoken.")
    if _HTML.search(text):
        page = read_html(text)
        text, title = page.text, title or page.title
        notes.append("Read as HTML: tags, styles and programs are not spoken.")
    return Converted(text, title, tuple(notes))


def _typed_breaks(text: str) -> str:
    r"""Reads `\n` typed as two characters as a line break, but not inside a Windows path."""
    if "\\n" not in text or "\n" in text.strip():
        return text
    return _TOKEN.sub(lambda token: token[0] if _PATH.search(token[0]) else _TYPED_BREAK.sub("\n", token[0]), text)


def _is_subtitles(text: str) -> bool:
    first = next((line.strip() for line in text.split("\n") if line.strip()), "")
    is_head = first.startswith(("WEBVTT", "[Script Info]")) or first.isdigit() or _CUE_TIMES.match(first)
    return bool(is_head and (_CUE_TIMES.search(text) or first.startswith("[Script Info]")))


def _subtitles(text: str) -> str:
    is_live = bool(_WORD_TIME.search(text))
    cues: list[str] = []
    end, seen = 0, ""
    for event in pysubs2.SSAFile.from_string(_WORD_TIME.sub("", text)):
        lines = [
            html.unescape(line.strip()).removeprefix("- ").removeprefix(">> ") for line in event.plaintext.split("\n")
        ]
        lines = [line for line in lines if line and not line.startswith("♪") and not (is_live and line == seen)]
        if event.is_comment or not lines:
            continue
        seen = lines[-1]
        spoken = html.escape(" ".join(lines), quote=False)  # "<" and "&" are words here
        cues.append(f"\n{spoken}" if cues and event.start - end > _SCENE_GAP_MS else spoken)
        end = event.end
    ended = sum(map(has_sentence_end, cues))
    return ("\n" if ended < len(cues) * _MIN_ENDED_SHARE else " ").join(cues).replace(" \n", "\n\n")


def _without_front_matter(text: str, notes: list[str]) -> tuple[str, str]:
    """Returns the text without front matter, and the title in it."""
    front = _FRONT_MATTER.match(text)
    lines = front[1].split("\n") if front else []
    found = [field for line in lines if (field := _FIELD.match(line))]
    fields = {field[1].casefold(): field[2].strip(" \"'") for field in found}
    is_prose = len(fields) < _MIN_FIELDS and not any(field[1].islower() for field in found)
    if front is None or not fields or is_prose or not all(map(_FRONT_MATTER_LINE.fullmatch, lines)):
        return text, ""
    notes.append("Not spoken: the front matter between `---` lines.")
    return text[front.end() :], fields.get("title", "")


def _without_ssml(text: str) -> str:
    """Writes breaks and voices as lines that the reader of directions knows, and leaves out every other tag."""
    text = _SSML_BREAK.sub(lambda found: f"\n\n[pause {_seconds(found):g} s]\n\n", text)
    text = _SSML_VOICE.sub(r"\n\n[voice: \1]\n\n", text)
    return _SSML.sub("", _SSML_BLOCK.sub("\n\n", text))


def _seconds(found: re.Match[str]) -> float:
    if found["time"] is None:
        return 0.5
    try:
        time = float(found["time"])
    except ValueError:
        return 0.5
    return time / 1_000 if found["unit"].lower() == "ms" else time
