"""Tells lines that were broken on purpose from lines that an editor wrapped. Pure."""

import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import Final

from scenewire.text.sentences import has_sentence_end

__all__ = ["has_beats", "join_lines", "unwrap"]

_MIN_BEATS: Final = 3
_MAX_BEAT_COLUMNS: Final = 42
"""Half of the beats are shorter, as in captions; editors wrap at 60 columns and more."""

_CONTINUES: Final = (",", ";", "-", "，", "、", "；")


def has_beats(paragraphs: Sequence[Sequence[str]]) -> bool:
    """Returns whether a text is written in short lines, each a sentence of its own, as for short videos."""
    paragraphs = [paragraph for paragraph in paragraphs if len(paragraph) > 1]
    lines = [line for paragraph in paragraphs for line in paragraph]
    inner = [line for paragraph in paragraphs for line in paragraph[:-1]]
    if len(lines) < _MIN_BEATS or not inner or median(map(len, lines)) > _MAX_BEAT_COLUMNS:
        return False
    width = max(map(len, lines))
    forced = sum(_is_forced(*pair, width) for paragraph in paragraphs for pair in pairwise(paragraph))
    small = sum(line[:1].islower() for paragraph in paragraphs for line in paragraph[1:])
    starts_small = sum(paragraph[0][:1].islower() for paragraph in paragraphs if paragraph)
    continues = small > len(inner) / 2 and starts_small <= len(paragraphs) / 2
    return not continues and (forced <= len(inner) / 2 or width <= _MAX_BEAT_COLUMNS)


def unwrap(lines: Sequence[str], *, beats: bool = False) -> list[str]:
    """Joins lines wrapped by an editor: those whose next word did not fit.

    Args:
        lines: of one paragraph.
        beats: whether the text is written in beats; a line then ends a sentence, unless a comma ends it.
    """
    width = max(map(len, lines), default=0)
    joined = list(lines[:1])
    for previous, line in pairwise(lines):
        is_forced = not beats and (_is_forced(previous, line, width) or line[:1].islower())
        if is_forced or previous.endswith(_CONTINUES) or (not beats and previous.endswith(":")):
            joined[-1] = join_lines((joined[-1], line))
        else:
            joined.append(line)
    return joined


def join_lines(lines: Sequence[str]) -> str:
    """Joins wrapped lines, with spaces where the writing has any."""
    joined = ""
    for line in lines:
        joined += ("" if not joined or _are_wide(joined, line) else " ") + line
    return joined


def _is_forced(previous: str, line: str, width: int) -> bool:
    next_word = 1 if _are_wide(previous, line) else len(line.partition(" ")[0])
    return len(previous) + 1 + next_word > width and not (has_sentence_end(previous) and len(previous) < width / 2)


def _are_wide(previous: str, line: str) -> bool:
    return _is_wide(previous[-1:]) and _is_wide(line[:1])


def _is_wide(character: str) -> bool:
    return bool(character) and unicodedata.east_asian_width(character) in "WF"
