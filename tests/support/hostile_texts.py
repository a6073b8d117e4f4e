"""Texts that an attacker could put wherever words are taken from others: titles, file names, errors, notes, topics."""

import unicodedata
from typing import Final

__all__ = ["HOSTILE_TEXTS", "obeyed"]

HOSTILE_TEXTS: Final = (
    "a\x1b]0;pwned\x07b",
    "a\x1b[2J\x1b[Hb",
    "a\x9b31mb",
    "a\u202egnp.exe\u2066b",
    "a\u200fb\u061cc\ufeffd",
    "one\r\x08two\x7fthree",
    "one\ntwo\x0bthree\u2028four\x85five",
    "name\udcff\udc9b.mp4",
    "[/x] [bold]b[/bold] [link=http://x]y[/link]",
    "[blink :tea: \\[",
    "\0\x00",
    "{task.description} {0} %s",
)


def obeyed(printed: str) -> str:
    """Returns what of printed lines a terminal obeys; line feeds and the two zero-width joiners aside."""
    return "".join(
        character
        for character in printed
        if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"} and character not in "\n\u200c\u200d"
    )
