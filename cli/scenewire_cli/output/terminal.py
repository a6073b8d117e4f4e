"""Prints to the terminal. Text is sanitized first, since much of it comes from outside."""

import json
import sys
from collections.abc import Mapping
from typing import Any, Final

__all__ = ["print_json", "print_line", "sanitize", "single_spaced"]

_JOINERS: Final = "\u200c\u200d"
"""Zero-width (non-)joiners: needed in Persian, Indic scripts and emoji, and harmless to a terminal."""


def sanitize(text: str) -> str:
    """Returns the text on one line, without anything that controls a terminal.

    Drops control characters, bidirectional overrides and undecodable bytes of file names. Line breaks and tabs become
    spaces.
    """
    return "".join(
        character if character.isprintable() or character in _JOINERS else " " if character.isspace() else ""
        for character in text
    )


def single_spaced(text: str) -> str:
    """Returns sanitized text with single spaces."""
    return " ".join(sanitize(text).split())


def print_line(*cells: str, error: bool = False) -> None:
    """Prints one line of sanitized cells, separated by tabs.

    Args:
        cells: what to print; may come from outside.
        error: whether to print to standard error.
    """
    print("\t".join(map(sanitize, cells)), file=sys.stderr if error else sys.stdout, flush=True)


def print_json(fields: Mapping[str, Any]) -> None:
    """Prints one JSON object on a line, in ASCII, so that control characters are escaped."""
    print(json.dumps(fields), flush=True)
