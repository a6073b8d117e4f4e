"""Prints to the terminal; text from anywhere is made harmless first."""

import json
import sys
from collections.abc import Mapping
from typing import Any, Final

__all__ = ["harmless", "plain", "say", "say_json"]

_JOINERS: Final = "\u200c\u200d"
"""Zero-width (non-)joiners: Persian, Indic scripts and emoji are spelled with them, and a terminal does not obey them."""


def harmless(text: str) -> str:
    """Returns the text on one line, without anything that a terminal obeys.

    Control characters, bidirectional overrides and undecodable bytes of file names are dropped; line breaks and tabs
    become spaces.
    """
    return "".join(
        character if character.isprintable() or character in _JOINERS else " " if character.isspace() else ""
        for character in text
    )


def plain(text: str) -> str:
    """Returns `harmless` text with single spaces."""
    return " ".join(harmless(text).split())


def say(*cells: str, error: bool = False) -> None:
    """Prints one line, each cell made harmless, with a tab between them.

    Args:
        cells: what to print; may hold text from anywhere.
        error: whether to print to standard error.
    """
    print("\t".join(map(harmless, cells)), file=sys.stderr if error else sys.stdout, flush=True)


def say_json(fields: Mapping[str, Any]) -> None:
    """Prints one JSON object on a line, in ASCII: control characters in it are escaped."""
    print(json.dumps(fields), flush=True)
