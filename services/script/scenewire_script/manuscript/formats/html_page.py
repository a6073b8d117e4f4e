"""Reads an HTML page as lines with light Markdown. Pure."""

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Final

from typing_extensions import override

__all__ = ["Page", "read_html"]

_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BLOCKS: Final = frozenset(
    """address article aside blockquote body dd div dl dt figcaption figure footer form header hr html main nav ol p
    section table ul""".split()  # noqa: SIM905 - reads better than twenty quoted words
)
_HIDDEN: Final = frozenset({"script", "style", "template", "noscript", "svg", "title", "head"})
_SPACE: Final = re.compile(r"\s+")


@dataclass(frozen=True)
class Page:
    """What a page says: its lines, whose entities remain, and the title of its head."""

    text: str
    title: str


def read_html(text: str) -> Page:
    """Reads the visible words of a page. Faulty HTML is read as browsers do, as far as it goes."""
    parser = _Parser()
    parser.feed(text)
    parser.close()
    return Page("".join(parser.parts), " ".join(parser.title.split()))


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.parts: list[str] = []
        self.title = ""
        self._hidden: list[str] = []

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _HIDDEN:
            self._hidden.append(tag)
        elif tag in _HEADINGS:
            self.parts.append(f"\n\n{'#' * int(tag[1])} ")
        elif tag in _BLOCKS:
            self.parts.append("\n\n")
        else:
            self.parts.append({"li": "\n- ", "br": "\n", "tr": "\n|", "pre": "\n\n```code\n"}.get(tag, ""))

    @override
    def handle_endtag(self, tag: str) -> None:
        if tag in self._hidden:
            del self._hidden[self._hidden.index(tag) :]
        elif tag in _BLOCKS or tag in _HEADINGS:
            self.parts.append("\n\n")
        else:
            self.parts.append({"td": " |", "th": " |", "pre": "\n```\n\n"}.get(tag, ""))

    @override
    def handle_data(self, data: str) -> None:
        if "title" in self._hidden:
            self.title += data
        elif not self._hidden:
            self.parts.append(_SPACE.sub(" ", data))

    @override
    def handle_entityref(self, name: str) -> None:
        self.handle_data(f"&{name};")

    @override
    def handle_charref(self, name: str) -> None:
        self.handle_data(f"&#{name};")
