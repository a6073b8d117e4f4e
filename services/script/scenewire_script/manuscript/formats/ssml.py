"""Reads SSML as plain lines with directions in brackets. Pure."""

import html
import re
from typing import Final

__all__ = ["is_ssml", "read_ssml"]

_BREAK: Final = re.compile(
    r"<break\b(?:[^<>]{0,100}?\btime\s*=\s*[\"']?(?P<time>[\d.]{1,6})\s*(?P<unit>ms|s)\b)?[^<>]{0,100}>", re.IGNORECASE
)
_VOICE: Final = re.compile(
    r"<voice\b[^<>]{0,100}?\bname\s*=\s*[\"']?([^\W\d_][\w .-]{0,28})[^<>]{0,100}>", re.IGNORECASE
)
_BLOCK: Final = re.compile(r"</?(?:p|voice)(?:\s[^<>]{0,200})?>", re.IGNORECASE)
_SUBSTITUTE: Final = re.compile(
    r"<sub\b[^<>]{0,100}?\balias\s*=\s*(?P<quote>[\"'])(?P<alias>[^<>\"]{1,300}?)(?P=quote)[^<>]{0,100}>"
    r"(?P<written>[^<>]{0,300})</sub\s*>",
    re.IGNORECASE,
)
_TAG: Final = re.compile(
    r"<\?xml[^<>]{0,200}\?>|</?(?:speak|prosody|emphasis|say-as|phoneme|lang|mark|audio|par|seq|media|desc"
    r"|mstts:[\w-]+|amazon:[\w-]+)(?:\s[^<>]{0,500})?/?>|</?[ws](?:\s[^<>]{0,200})?>",
    re.IGNORECASE,
)
_DEFAULT_BREAK_S: Final = 0.5


def is_ssml(text: str) -> bool:
    """Returns whether a text has tags of SSML that HTML lacks."""
    return any(pattern.search(text) for pattern in (_TAG, _BREAK, _SUBSTITUTE))


def read_ssml(text: str, notes: list[str]) -> tuple[str, frozenset[str]]:
    """Writes breaks and voices as lines that the reader of directions knows, and leaves out every other tag.

    Returns the text and the names of its voices. The alias of `<sub>` is spoken and shown: captions show the words that are heard.
    """
    notes.append("Read as SSML: its breaks become silence, its other tags are not spoken.")
    if found := _SUBSTITUTE.search(text):
        alias, written = html.unescape(found["alias"]), html.unescape(found["written"].strip())
        notes.append(f"The alias of each <sub> is spoken and shown, such as “{alias}” for “{written}”.")
        text = _SUBSTITUTE.sub(lambda found: found["alias"], text)
    text = _BREAK.sub(lambda found: f"\n\n[pause {_seconds(found):g} s]\n\n", text)
    voices = frozenset(found[1].strip() for found in _VOICE.finditer(text))
    text = _VOICE.sub(r"\n\n\1:\n\n", text)
    return _TAG.sub("", _BLOCK.sub("\n\n", text)), voices


def _seconds(found: re.Match[str]) -> float:
    if found["time"] is None:
        return _DEFAULT_BREAK_S
    try:
        time = float(found["time"])
    except ValueError:
        return _DEFAULT_BREAK_S
    return time / 1_000 if found["unit"].lower() == "ms" else time
