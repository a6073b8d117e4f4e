"""Reduces values of archives' answers to text. Pure.

Descriptions are often HTML, and any field may be missing, a list, or of another type.
"""

import re
from html.parser import HTMLParser
from typing import Final

from typing_extensions import override

__all__ = ["pixels", "positive", "text_of"]

_MAX_CHARS: Final = 20_000
_HIDDEN: Final = frozenset({"script", "style"})
_NO_DISPLAY: Final = re.compile(r"display\s*:\s*none", re.IGNORECASE)


class _Text(HTMLParser):
    """Collects the words that a browser would show."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = ""
        self._depth = 0
        """How many elements of the hidden one's name are open."""

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._hidden:
            self._depth += tag == self._hidden
        elif tag in _HIDDEN or _NO_DISPLAY.search(dict(attrs).get("style") or ""):
            self._hidden, self._depth = tag, 1
        elif tag in {"br", "p", "div", "li", "td", "tr"}:
            self.parts.append(" ")

    @override
    def handle_endtag(self, tag: str) -> None:
        if self._hidden and tag == self._hidden:
            self._depth -= 1
            if not self._depth:
                self._hidden = ""

    @override
    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data)


def text_of(value: object) -> str:
    """Returns text, numbers, or the texts of a list as one line without HTML; anything else is empty."""
    if isinstance(value, (list, tuple)):
        return ", ".join(filter(None, map(text_of, value[:50])))
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    text = str(value)[:_MAX_CHARS]
    if "<" in text or "&" in text:
        parser = _Text()
        parser.feed(text)
        parser.close()
        text = "".join(parser.parts)
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
