"""Finds headings behind the times at which they begin, as in `0:08 - Old beans` above a paragraph. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from scenewire.text.blocks import Block, BlockKind
from scenewire.text.sentences import has_sentence_end

__all__ = ["part_stamped_headings"]

_STAMPED: Final = re.compile(r"[^\w\"'“„«(\[]{0,8}(?P<time>\d{1,2}:\d{2}(?::\d{2})?)\s*[-–—:|]\s*(?P<heading>\D.*)")
_MIN_HEADINGS: Final = 2
_LEVEL: Final = 2


def part_stamped_headings(blocks: Sequence[Block]) -> list[Block]:
    """Parts headings with times from the paragraphs below them; a text with a time above only some has no such headings."""
    found = [_STAMPED.fullmatch(line) for block in blocks for line in block.lines if block.kind is BlockKind.PARAGRAPH]
    times = [stamped["time"] for stamped in found if stamped]
    headings = [block for block in blocks if _heading_of(block)]
    are_all = len(times) == len(headings) >= _MIN_HEADINGS and times[0] in {"0:00", "00:00"}
    return [part for block in blocks for part in _parts(block)] if are_all else list(blocks)


def _parts(block: Block) -> Iterator[Block]:
    if heading := _heading_of(block):
        yield Block(BlockKind.HEADING, (heading,), _LEVEL)
        yield replace(block, lines=block.lines[1:])
    else:
        yield block


def _heading_of(block: Block) -> str:
    """Returns the heading on the first line of a paragraph; empty if there is none."""
    if block.kind is not BlockKind.PARAGRAPH or len(block.lines) == 1:
        return ""
    stamped = _STAMPED.fullmatch(block.lines[0])
    return "" if stamped is None or has_sentence_end(stamped["heading"]) else stamped["heading"]
