"""Reads the front matter of a script: fields between `---` lines. Pure."""

import re
from typing import Final

__all__ = ["without_front_matter"]

_FRONT_MATTER: Final = re.compile(r"\A\s*---[ \t]*\n(.{0,20000}?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_LINE: Final = re.compile(r"[A-Za-z_][\w -]{0,40}:(?:\s.*)?|\s+\S.*|- .*|\s*|#.*")
_MIN_FIELDS: Final = 2
_FIELD: Final = re.compile(r"([A-Za-z_][\w -]{0,40}):\s*(.*)")


def without_front_matter(text: str, notes: list[str]) -> tuple[str, str]:
    """Returns the text without front matter, and the title in it."""
    front = _FRONT_MATTER.match(text)
    lines = front[1].split("\n") if front else []
    found = [field for line in lines if (field := _FIELD.match(line))]
    fields = {field[1].casefold(): field[2].strip(" \"'") for field in found}
    is_prose = len(fields) < _MIN_FIELDS and not any(field[1].islower() for field in found)
    if front is None or not fields or is_prose or not all(map(_LINE.fullmatch, lines)):
        return text, ""
    notes.append("Not spoken: the front matter between `---` lines.")
    return text[front.end() :], fields.get("title", "")
