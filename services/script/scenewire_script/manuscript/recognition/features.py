"""Finds what the lines of a script have in common, which decides how each of them is read. Pure."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from scenewire.text.blocks import Block, BlockKind
from scenewire_script.manuscript.recognition.brackets import is_bracketed, part_lead
from scenewire_script.manuscript.recognition.directions import DirectionKind, Label, is_transition, read_label
from scenewire_script.manuscript.recognition.screenplay import find_cues, has_slugs
from scenewire_script.manuscript.recognition.speakers import find_speakers
from scenewire_script.manuscript.recognition.tables import read_table
from scenewire_script.manuscript.recognition.times import SceneMark, is_slug, read_scene_mark

__all__ = ["Features", "find_features", "read_stamp"]

_STAMP: Final = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?(?:\s*[-–—:|]\s*|\s+)(?=\D)")
_MIN_STAMPS: Final = 2

_FOOTNOTE_MARK: Final = re.compile(r"(?<=[^\s\[\]])\s?\[(\d{1,3})\]")

_PERSON: Final = re.compile(r"(?:Dr\. |Prof\. )?[^\W\d_a-z][\w'’-]*(?: [^\W\d_a-z][\w'’-]*){0,3}")

_MIN_LABELS: Final = 2
"""Lines with labels such as `Voice:` that make a text a script; a single one may be prose."""

_MAX_FIRST_START_S: Final = 60
_SLOWEST_S: Final = 60
_SLOWEST_WORD_S: Final = 6
"""A script whose times end later than this many seconds, and as many for each word, names times of the day."""


@dataclass(frozen=True)
class Features:
    """What a script has.

    Attributes:
        speakers: names that label the lines of their speakers, in small letters.
        cues: lines of a screenplay that name who speaks the lines below.
        is_script: whether it has directions, so that what may be one is one.
        has_code: whether it has blocks of code.
        has_slugs: whether slug lines begin its scenes.
        has_stamps: whether most of its lines begin with the time of the video at which they are spoken.
        has_ranges: whether ranges of times at the beginning of lines are times of the video, not of a day.
        has_capitals: whether its sentences begin with capitals, so that a small letter continues a line.
        footnotes: numbers in square brackets behind its words.
        credits: lines that only name a person: `Presenter: Lena`.
    """

    speakers: frozenset[str]
    cues: frozenset[str]
    is_script: bool
    has_code: bool
    has_slugs: bool
    has_stamps: bool
    has_ranges: bool
    has_capitals: bool
    footnotes: frozenset[str]
    credits: frozenset[str]


def find_features(blocks: Sequence[Block], speakers: Collection[str]) -> Features:
    """Returns the features of a script.

    Args:
        blocks: all of it.
        speakers: names that are known to be speakers.
    """
    tables = [table for block in blocks if block.kind is BlockKind.TABLE and (table := read_table(block.rows))]
    paragraphs = [block.lines for block in blocks if block.lines and block.kind is not BlockKind.CODE]
    paragraphs += [(row.spoken,) for table in tables for row in table.rows]
    lines = [line for paragraph in paragraphs for line in paragraph]
    labels = [label for line in lines if (label := read_label(line)) and label.kind]
    marks = {line: mark for line in lines if (mark := read_scene_mark(line))}
    ranges = [mark for mark in marks.values() if mark.is_bare]
    cues = find_cues(paragraphs)
    has_ranges = _are_times_of_video(ranges, sum(len(line.split()) for line in lines))
    are_slugs = bool(cues) or has_slugs(lines)
    sure = [
        line for line, mark in marks.items() if (has_ranges or not mark.is_bare) and (are_slugs or not is_slug(line))
    ]
    return Features(
        find_speakers([line for line in lines if not (line in marks or _is_direction(line))], speakers),
        cues,
        is_script=bool(sure or tables)
        or any(is_bracketed(part_lead(line)[0]) for line in lines)
        or _are_labels(labels),
        has_code=any(block.kind is BlockKind.CODE for block in blocks),
        has_slugs=are_slugs,
        has_stamps=_are_stamps(lines),
        has_ranges=has_ranges,
        has_capitals=_have_capitals(lines),
        credits=_find_credits(lines),
        footnotes=frozenset(found[1] for line in lines for found in _FOOTNOTE_MARK.finditer(line)),
    )


def read_stamp(line: str) -> SceneMark | None:
    """Reads a bare time at the beginning of a line; only a script with stamps has any."""
    stamp = _STAMP.match(line)
    return SceneMark(rest=line[stamp.end() :]) if stamp else None


def _find_credits(lines: Sequence[str]) -> frozenset[str]:
    """Returns the lines whose label occurs once and stands before a name, in a text that has other details of a script."""
    heads = [read_label(line, at_head=True) for line in lines]
    if not any(label and label.kind in {DirectionKind.DETAIL, DirectionKind.TITLE} for label in heads):
        return frozenset()
    labels = {line: label for line in lines if (label := read_label(line)) and label.kind is DirectionKind.SPEAKER}
    counts = Counter(label.name.casefold() for label in labels.values())
    return frozenset(
        line
        for line, label in labels.items()
        if counts[label.name.casefold()] == 1 and label.name.istitle() and _PERSON.fullmatch(label.rest)
    )


def _is_direction(line: str) -> bool:
    label = read_label(line)
    is_other = label is not None and label.kind not in {None, DirectionKind.SPEAKER}
    return is_other or is_bracketed(part_lead(line)[0]) or is_transition(line)


def _are_labels(labels: Sequence[Label]) -> bool:
    return (
        any(label.is_marked for label in labels)
        or sum(label.kind is DirectionKind.SPEAKER for label in labels) >= _MIN_LABELS
    )


def _are_stamps(lines: Sequence[str]) -> bool:
    stamps = [stamp[0] for line in lines if (stamp := _STAMP.match(line))]
    return len(stamps) >= max(_MIN_STAMPS, len(lines) / 2) and stamps[0].startswith(("0:00", "00:00"))


def _are_times_of_video(ranges: Sequence[SceneMark], words: int) -> bool:
    """Whether ranges of times begin near zero, rise, and don't last far longer than the words."""
    starts = [mark.start for mark in ranges if mark.start is not None]
    if not starts:
        return False
    end = starts[-1] + (ranges[-1].duration or 0)
    is_rising = all(first <= second for first, second in pairwise(starts))
    return starts[0] <= _MAX_FIRST_START_S and is_rising and end <= _SLOWEST_S + words * _SLOWEST_WORD_S


def _have_capitals(lines: Sequence[str]) -> bool:
    """Whether more lines that aren't directions begin with a capital than small letters follow a direction."""
    labels = list(map(read_label, lines))
    unspoken = [label is not None and label.kind is not None for label in labels]
    capitals = sum(
        (label.rest if label else line)[:1].isupper()
        for line, label in zip(lines, labels, strict=True)
        if label is None or label.kind in {None, DirectionKind.SPEAKER}
    )
    small = sum(is_direction and line[:1].islower() for is_direction, line in zip(unspoken, lines[1:], strict=False))
    return capitals >= small
