"""Reads answers of MCP servers: their encodings, links in texts, and values at paths. Pure.

A path consists of keys and list positions, separated by dots: `data.items.0`; `*` stands for every element. An empty path is
the whole answer.
"""

import ast
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Literal

__all__ = ["AnswerError", "Encoding", "links_in", "read_answer", "value_at", "values_at"]

Encoding = Literal["structured", "json", "python", "content", "links"]

_MAX_PYTHON_CHARS: Final = 256 << 10
"""Python notation is far slower to parse than JSON."""

_MAX_QUOTED_CHARS: Final = 150
"""Of an answer, in an error: some servers report errors as plain text."""

_MAX_LINKS: Final = 200
_MAX_LINES: Final = 500
_MAX_LINE_CHARS: Final = 1_500
"""Longer lines are cut: a title and a link are shorter, and hostile ones would take long."""

_MAX_VALUES: Final = 2_000
_MARKDOWN_LINK: Final = re.compile(
    r"!?\[(?P<title>[^\[\]]{0,300})\]\(\s*<?(?P<url>https?://(?:[^\s()<>]|\([^\s()<>]{0,200}\)){1,2000})>?[^()]{0,300}\)"
)
_BARE_LINK: Final = re.compile(r"https?://(?:[^\s()<>\"'\]]|\([^\s()<>]{0,200}\)){1,2000}")
_MARKS: Final = re.compile(r"^[\s\d.)*#:|\u2013\u2014-]+|[\s:|*\u2013\u2014(-]+$")
"""Numbers, bullets and dashes around a title."""


class AnswerError(Exception):
    """An answer cannot be read; the message says why."""


def read_answer(
    encodings: Sequence[Encoding], structured: object, texts: Sequence[str], contents: Sequence[Mapping[str, Any]] = ()
) -> object:
    """Decodes an answer. Python notation may take a tenth of a second.

    Args:
        encodings: accepted encodings, in order.
        structured: the structured content; None when there is none.
        texts: the texts. Several texts make a list: older servers send one per element.
        contents: links to resources, embedded resources and pictures, as objects.

    Raises:
        AnswerError: the answer has none of the accepted encodings.
    """
    for encoding in encodings:
        if encoding == "structured":
            if structured is not None:
                return structured
        elif encoding == "content":
            if contents:
                return list(contents)
        elif encoding == "links":
            if links := [link for text in texts for link in links_in(text)]:
                return links[:_MAX_LINKS]
        elif texts:
            decode = json.loads if encoding == "json" else _decode_python
            try:
                decoded = [decode(text) for text in texts]
            except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
                continue
            return decoded[0] if len(decoded) == 1 else decoded
    names = {"json": "JSON", "python": "Python", "content": "a resource or picture", "links": "a link"}
    wanted = [names[encoding] for encoding in encodings if encoding in names]
    kind = f"neither {' nor '.join(wanted)}" if len(wanted) > 1 else f"not {wanted[0]}"
    said = " ".join(" ".join(texts).split())[:_MAX_QUOTED_CHARS]
    raise AnswerError(f"its answer is {kind}: {said}" if said else f"its answer is {kind}")


def value_at(value: object, path: str) -> object:
    """Returns the first value at a path; None when there is none."""
    return next(_walk(value, path.split(".") if path else []), None)


def values_at(value: object, path: str) -> list[object]:
    """Returns all values at a path; a list at its end gives its elements."""
    found: list[object] = []
    for end in _walk(value, path.split(".") if path else []):
        found += end if isinstance(end, list) else [end]
        if len(found) >= _MAX_VALUES:
            break
    return found[:_MAX_VALUES]


def links_in(text: str) -> list[dict[str, str]]:
    """Returns the links of a text, each once, with the title that stands beside it as `id`, `title` and `url`."""
    links: dict[str, dict[str, str]] = {}
    for full_line in text.splitlines()[:_MAX_LINES]:
        line = full_line[:_MAX_LINE_CHARS]
        found = list(_MARKDOWN_LINK.finditer(line))
        for link in found or _BARE_LINK.finditer(line):
            url = (link["url"] if found else link[0]).rstrip(".,;:!?")
            if url not in links and len(links) < _MAX_LINKS:
                beside = link["title"] if found else line[: link.start()]
                links[url] = {"id": url, "title": _MARKS.sub("", beside.strip()), "url": url}
    return list(links.values())


def _walk(value: object, steps: Sequence[str]) -> Iterator[object]:
    if not steps:
        if value is not None:
            yield value
        return
    step, *rest = steps
    if step == "*":
        children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        for child in children:
            yield from _walk(child, rest)
    elif isinstance(value, dict):
        yield from _walk(value.get(step), rest)
    elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
        yield from _walk(value[int(step)], rest)


def _decode_python(text: str) -> object:
    if len(text) > _MAX_PYTHON_CHARS:
        raise ValueError
    return ast.literal_eval(text)
