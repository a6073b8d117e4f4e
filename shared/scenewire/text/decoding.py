"""Decodes text files as editors write them. Pure."""

import codecs
from typing import Final

__all__ = ["decode"]

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE_BYTES: Final = 2_000
_UTF_16_SHARE: Final = 0.4
"""Share of zero bytes at every other place, which shows UTF-16 without a byte order mark."""

_CONTROLS: Final = "\t\n\r\f\v"
"""Control characters that occur in texts."""


def decode(raw: bytes) -> str | None:
    """Decodes a text in UTF-8, UTF-16 or Windows-1252.

    Returns:
        The text, or None if it is a binary file.
    """
    encoding = next((name for mark, name in _MARKS if raw.startswith(mark)), None) or _unmarked(raw)
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
        if "\ufffd" in text:
            return None
    text = text.rstrip("\x1a")  # the end of a file of DOS
    is_binary = any(character < " " and character not in _CONTROLS for character in text)
    return None if is_binary else text


def _unmarked(raw: bytes) -> str:
    even, odd = raw[:_SAMPLE_BYTES:2], raw[1:_SAMPLE_BYTES:2]
    if len(raw) % 2 == 0 and raw:
        if odd.count(0) > len(odd) * _UTF_16_SHARE and not even.count(0):
            return "utf-16-le"
        if even.count(0) > len(even) * _UTF_16_SHARE and not odd.count(0):
            return "utf-16-be"
    return "utf-8"
