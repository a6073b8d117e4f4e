"""Finds the words of a text in any script. Pure."""

import re
import unicodedata
from typing import Final

__all__ = ["WORD"]

_MARKS: Final = "".join(chr(code) for code in range(0x300, 0x1F000) if unicodedata.category(chr(code)) in ("Mn", "Mc"))
_JOINERS: Final = "\u200c\u200d"
_LETTER: Final = rf"[^\W_][{_MARKS}{_JOINERS}]*"

WORD: Final = re.compile(rf"(?:{_LETTER})+(?:['’-](?:{_LETTER})+)*")  # noqa: RUF001 - an apostrophe
r"""Letters with their marks, digits, and apostrophes and hyphens within. `\w` has no marks: it cuts Hindi into letters."""
