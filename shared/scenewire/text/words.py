"""Finds the words of a text in any script. Pure."""

import re
import unicodedata
from typing import Final

__all__ = ["WORD", "WORD_PART"]

_MARKS: Final = "".join(chr(code) for code in range(0x300, 0x1F000) if unicodedata.category(chr(code)) in ("Mn", "Mc"))
_JOINERS: Final = "\u200c\u200d"
_LETTER: Final = rf"[^\W_][{_MARKS}{_JOINERS}]*"

WORD_PART: Final = re.compile(rf"(?:{_LETTER})+")
r"""Letters with their marks, and digits. `\w` excludes marks: it would divide Hindi words into letters."""

WORD: Final = re.compile(rf"{WORD_PART.pattern}(?:['’-]{WORD_PART.pattern})*")
"""Word parts joined by apostrophes or hyphens."""
