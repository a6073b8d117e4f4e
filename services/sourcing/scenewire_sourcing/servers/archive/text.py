"""Reduces values of archives' answers to text. Pure.

Descriptions are often HTML, and any field may be missing, a list, or of another type.
"""

import html
import re
from typing import Final

__all__ = ["pixels", "positive", "text_of"]

_MAX_CHARS: Final = 20_000
_TAG: Final = re.compile(r"(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]{0,20})|[!?]")
_HIDDEN: Final = frozenset({"script", "style"})
_NO_DISPLAY: Final = re.compile(r"display\s{0,5}:\s{0,5}none", re.IGNORECASE)
_SPACED: Final = frozenset({"br", "p", "div", "li", "td", "tr"})


def _without_tags(text: str) -> str:
    """Returns the words that a browser would show, in linear time: `html.parser` takes seconds for hostile tags."""
    first, *rest = text.split("<")
    shown = [first]
    hidden, depth = "", 0
    for part in rest:
        inside, end, behind = part.partition(">")
        tag = _TAG.match(inside) if end else None
        if tag is None:
            shown.append("" if hidden else f"<{part}")
            continue
        name = (tag["name"] or "").lower()
        if hidden:
            depth += (name == hidden) * (-1 if tag["end"] else 1)
            hidden = hidden if depth else ""
        elif not tag["end"] and (name in _HIDDEN or _NO_DISPLAY.search(inside)):
            hidden, depth = name, 1
        elif name in _SPACED:
            shown.append(" ")
        shown.append("" if hidden else behind)
    return html.unescape("".join(shown))


def text_of(value: object) -> str:
    """Returns text, numbers, or the texts of a list as one line without HTML; anything else is empty."""
    if isinstance(value, (list, tuple)):
        return ", ".join(filter(None, map(text_of, value[:50])))
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    text = str(value)[:_MAX_CHARS]
    if "<" in text or "&" in text:
        text = _without_tags(text)
    return " ".join(text.split())


def positive(value: object) -> float | None:
    """Returns a positive number that is given as such or as text, such as seconds or bytes; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if 0 < number < 1e15 else None


def pixels(value: object) -> int | None:
    """Returns a width or height; None for anything else."""
    number = positive(value)
    return int(number) if number is not None and 1 <= number < 100_000 else None
