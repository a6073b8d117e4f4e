"""Divides a text into blocks with a CommonMark parser: headings, paragraphs, items, rules, tables and code. Pure.

The parser finds blocks only. Inside a line, `scenewire.text.markup` reads inline markup with narrower rules.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from scenewire.text.marks import LIST_MARKS
from scenewire.text.markup import one_line

__all__ = ["Block", "BlockKind", "read_blocks"]

_PARSER: Final = (
    MarkdownIt("commonmark", {"maxNesting": 20})
    .enable("table")
    .disable(["code", "reference", "html_block"])  # indented and bracketed lines are words
)

_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_NUMBER: Final = re.compile(r"\d{1,3}[.)]\s+")
_ITEM: Final = re.compile(rf"(?:[{re.escape(LIST_MARKS)}]\ufe0f?|\[[ xX]\])\s+")
_WORD_ITEM: Final = re.compile(r"\s*[o§Øü·]\t\s*")
"""Marks of lists that word processors write in a font of symbols, and copy as letters."""

_QUOTE: Final = re.compile(r"(?:>\s?)+")
_HEADING: Final = re.compile(r"(?:#{1,6}\s+|={2,6}\s*(?=[^=]+={2,6}$))(?P<heading>.*?)(?:\s*[#=]+)?")
_ROW: Final = re.compile(r"\|(?:[^|]*\|){2,}")
_RULE: Final = re.compile(r"(?:[-*_=~|:+`]\s*){2,}")
_TEXT_FENCES: Final = ("", "text", "txt", "plain", "plaintext", "md", "markdown", "script")
_MAX_ORDINAL_DIGITS: Final = 3


class BlockKind(Enum):
    """Kind of a block."""

    HEADING = auto()
    PARAGRAPH = auto()
    ITEM = auto()
    RULE = auto()
    TABLE = auto()
    CODE = auto()


@dataclass(frozen=True)
class Block:
    """A block of a text; inline markup remains.

    Attributes:
        kind: what it is.
        lines: its lines, without the marks at their beginning.
        level: of a heading, 1 to 6.
        rows: of a table, header first.
    """

    kind: BlockKind
    lines: tuple[str, ...] = ()
    level: int = 0
    rows: tuple[tuple[str, ...], ...] = ()

    @property
    def text(self) -> str:
        """Its words on one line."""
        cells = (cell for row in self.rows for cell in row)
        return " ".join((*self.lines, *cells))


def read_blocks(text: str) -> list[Block]:
    """Returns the blocks of a text in order. No word of it is dropped."""
    text = _CONTROLS.sub(" ", text)
    return list(_read(_PARSER.parse(text), text.split("\n")))


def _read(tokens: list[Token], lines: Sequence[str]) -> Iterator[Block]:
    numbers = {(token.level, int(token.info)) for token in tokens if token.type == "list_item_open" and token.info}
    marker, depth = "", 0  # the number of the item that is about to begin, and how many lists are open
    index = 0
    while index < len(tokens):
        token = tokens[index]
        match token.type:
            case "list_item_open":
                marker, depth = marker + _ordinal(tokens, index, numbers), depth + 1
            case "list_item_close":
                yield from _run(BlockKind.ITEM, [marker.strip()])  # a number and nothing else
                marker, depth = "", depth - 1
            case "heading_open":
                index += 1
                yield from _heading(token, tokens[index].content)
            case "paragraph_open":
                index += 1
                yield from _paragraph(tokens[index].content, is_item=depth > 0, marker=marker)
                marker = ""
            case "hr":
                yield Block(BlockKind.RULE)
            case "fence":
                yield from _fence(token, lines)
            case "table_open":
                start = index
                while tokens[index].type != "table_close":
                    index += 1
                yield Block(BlockKind.TABLE, rows=_rows(tokens[start:index]))
            case _:
                pass
        index += 1


def _heading(token: Token, content: str) -> Iterator[Block]:
    """Hyphens below a line part it from what follows; they make no heading of it, which would not be spoken."""
    if token.markup == "-" or (token.markup == "=" and "\n" in content):
        yield from _paragraph(content)
        yield Block(BlockKind.RULE)
    else:
        yield Block(BlockKind.HEADING, (one_line(content),), int(token.tag[1]))


def _ordinal(tokens: Sequence[Token], index: int, numbers: Collection[tuple[int, int]]) -> str:
    """Returns the number of the item at an index if it is a word: `1969. A year` is no list that starts at 1969.

    Args:
        tokens: of the text.
        index: of the item.
        numbers: of all items of the text, with their levels. Paragraphs between items part a list; its next number shows that it goes on.
    """
    token = tokens[index]
    if token.info and tokens[index + 1].type == "list_item_close":
        return f"{token.info}{token.markup}"
    if not token.info or int(token.info) == 1 or token.markup == ")":
        return ""
    neighbours = {(token.level, int(token.info) + step) for step in (-1, 1)}
    is_part = not _is_alone(tokens, index) or not neighbours.isdisjoint(numbers)
    return "" if is_part and len(token.info) <= _MAX_ORDINAL_DIGITS else f"{token.info}{token.markup} "


def _is_alone(tokens: Sequence[Token], index: int) -> bool:
    """Whether the item at an index is the only one of its list."""
    if tokens[index - 1].type != "ordered_list_open":
        return False
    closed = next(place for place in range(index, len(tokens)) if tokens[place].type == "list_item_close")
    return tokens[closed + 1].type == "ordered_list_close"


def _paragraph(content: str, *, is_item: bool = False, marker: str = "") -> Iterator[Block]:
    """Parts a paragraph at the marks of lists, headings and rows that CommonMark does not know."""
    kind = BlockKind.ITEM if is_item else BlockKind.PARAGRAPH
    run: list[str] = []
    rows: list[str] = []
    is_numbered = bool(_NUMBER.match(content.lstrip()))
    for number, raw in enumerate(content.split("\n")):
        line = _QUOTE.sub("", one_line(raw), count=1) if raw.lstrip().startswith(">") else one_line(raw)
        line = marker + line if number == 0 else line
        line = f"- {_WORD_ITEM.sub('', raw, count=1)}" if _WORD_ITEM.match(raw) else line
        mark = _ITEM.match(line) or (_NUMBER.match(line) if is_numbered and not marker else None)
        if _ROW.fullmatch(line):
            rows.append(line)
        elif _RULE.fullmatch(line):
            yield from _run(kind, run)
            yield Block(BlockKind.RULE)
            run = []
        elif heading := _HEADING.fullmatch(line):
            yield from _run(kind, run)
            run, kind = [], BlockKind.PARAGRAPH
            yield Block(BlockKind.HEADING, (heading["heading"],), 2)
        elif mark and mark.end() < len(line):
            yield from _run(kind, run)
            run, kind = [line[mark.end() :]], BlockKind.ITEM
        else:
            run.append(line)
    yield from _run(kind, run)
    if rows:
        cells = (tuple(cell.strip() for cell in row.strip("|").split("|")) for row in rows)
        yield Block(BlockKind.TABLE, rows=tuple(cells))


def _run(kind: BlockKind, lines: list[str]) -> Iterator[Block]:
    if any(lines):
        yield Block(kind, tuple(line for line in lines if line))


def _fence(token: Token, lines: Sequence[str]) -> Iterator[Block]:
    """A closed fence with the name of a language is code; others hold words, and one that is never closed is a slip."""
    start, end = token.map or (0, 0)
    is_closed = end - start > 1 and set(lines[end - 1].strip()) == {token.markup[0]}
    if is_closed and token.info.strip().casefold() not in _TEXT_FENCES:
        yield Block(BlockKind.CODE, tuple(token.content.split("\n")))
    else:
        yield from read_blocks(token.content if is_closed else f"{token.info}\n{token.content}")


def _rows(tokens: Sequence[Token]) -> tuple[tuple[str, ...], ...]:
    rows: list[list[str]] = []
    for token in tokens:
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append(one_line(token.content))
    return tuple(map(tuple, rows))
