"""Reads a script of any of the known forms as a manuscript. Pure."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Final

from scenewire.text.blocks import Block, BlockKind, read_blocks
from scenewire.text.markup import BLOCK_TAG, inline_text, is_speakable, one_line
from scenewire.text.sentences import has_sentence_end
from scenewire_script.manuscript.directions import (
    Direction,
    DirectionKind,
    Label,
    is_transition,
    kind_of_column,
    read_bracket,
    read_label,
)
from scenewire_script.manuscript.formats import convert
from scenewire_script.manuscript.lines import has_beats, join_lines, unwrap
from scenewire_script.manuscript.model import Manuscript, Passage, Section
from scenewire_script.manuscript.notes import Taken, Tally
from scenewire_script.manuscript.speakers import find_cues, find_speakers
from scenewire_script.manuscript.times import SceneMark, is_slug, read_scene_mark, read_time
from scenewire_script.timing.scene_durations import divide_duration

__all__ = ["read_manuscript"]

_BRACKETS: Final = re.compile(r"(?P<open>[\[(])(?P<inner>[^\[\]()]{1,400})[\])](?!\()")
_LEAD: Final = re.compile(r"(\[[^\[\]]{1,300}\])\s+(.+)")
_STAMP: Final = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?(?:\s*[-–—:|]\s*|\s+)(?=\D)")
_MIN_STAMPS: Final = 2
_TIMED_HEADING: Final = re.compile(r"(?P<heading>.*\S)\s*(?P<time>[\[(][^\[\]()]{3,20}[\])])")
_CAMERA: Final = re.compile(
    r"(?:cuts? to|shot of|shows?|showing|fade in(?: on)?|zoom (?:in|out)(?: on)?|pan to)\s*:?\s+", re.IGNORECASE
)
_FOOTNOTE: Final = re.compile(r"\[\^?[\w-]{1,20}\]:\s+\S.*")
_SHELL: Final = re.compile(r"\$ [a-z][\w./-]*(?:\s.*)?")
_CONTEXT_CHARS: Final = 40
"""Around brackets, to decide whether they stand between sentences."""

_EMPHASIS: Final = " .*_"

_UNSPOKEN: Final = " \n.!?…,;:)]*_"

_MIN_LABELS: Final = 2
"""Lines with labels such as `Voice:` that make a text a script; a single one may be prose."""

_BRACKETED_LINE: Final = re.compile(r"\[[^\[\]()\d][^\[\]()]{2,300}\]")
_EMPHASIZED: Final = re.compile(r"[*_]{1,3}([\[(].*[\])])[*_]{1,3}")

_TAKEN: Final = {
    DirectionKind.VISUAL: Taken.VISUAL,
    DirectionKind.SOUND: Taken.SOUND,
    DirectionKind.PAUSE: Taken.PAUSE,
    DirectionKind.TIME: Taken.MARK,
    DirectionKind.MANNER: Taken.MANNER,
}


def read_manuscript(text: str, *, voices: Mapping[str, str] | None = None, speak_headings: bool = False) -> Manuscript:
    """Reads plain text, Markdown, HTML, SSML, subtitles, screenplays, script tables, and scripts with directions.

    No word that is meant to be spoken is lost. A title is only what the script marks as one. A script of nothing but
    headings is spoken.

    Args:
        text: the script.
        voices: voices by the name of their speaker; these names are speakers wherever they label a line.
        speak_headings: whether headings are spoken, too.
    """
    converted = convert(text)
    blocks = read_blocks(_part_at_tags(converted.text))
    is_spoken = any(block.kind in {BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.TABLE} for block in blocks)
    reader = _Reader(blocks, voices or {}, speak_headings=speak_headings or not is_spoken)
    for block in blocks:
        reader.read(block)
    return reader.manuscript(converted.title, converted.notes)


@dataclass
class _Draft:
    """A passage in progress: raw lines, whose wrapped ones are not joined yet."""

    speaker: str
    group: int
    visual: str = ""
    pause: float = 0.0
    parts: list[list[str]] = field(default_factory=list)
    """Runs of lines; lines of different runs are never joined."""


@dataclass
class _Group:
    """Passages that belong to one mark of the script."""

    visual: str = ""
    duration: float | None = None
    is_marked: bool = False


class _Reader:
    """Reads blocks in order.

    Args:
        blocks: all blocks of the script.
        voices: voices by the name of their speaker.
        speak_headings: whether headings are spoken.
    """

    def __init__(self, blocks: Sequence[Block], voices: Mapping[str, str], *, speak_headings: bool) -> None:
        lines = [line for block in blocks for line in block.lines if block.kind is not BlockKind.CODE]
        self._voices = frozenset(name.casefold() for name in voices)
        self._speakers = find_speakers(lines, self._voices)
        self._cues = find_cues(lines)
        labels = [label for line in lines if (label := read_label(line)) and label.kind]
        self._is_script = (
            any(label.is_marked for label in labels)
            or sum(label.kind is DirectionKind.SPEAKER for label in labels) >= _MIN_LABELS
            or any(map(read_scene_mark, lines))
            or any(map(_BRACKETED_LINE.fullmatch, lines))
        )
        self._has_code = any(block.kind is BlockKind.CODE for block in blocks)
        stamps = [stamp[0] for line in lines if (stamp := _STAMP.match(line))]
        self._has_stamps = len(stamps) >= max(_MIN_STAMPS, len(lines) / 2) and stamps[0].startswith(("0:00", "00:00"))
        self._title_heading = _title_heading(blocks)
        self._speak_headings = speak_headings
        self._tally = Tally()
        self._title = ""
        self._sections: list[tuple[str, list[_Draft]]] = [("", [])]
        self._groups = [_Group()]
        self._speaker = ""
        self._pending_visual = ""
        self._last: _Draft | None = None

    def read(self, block: Block) -> None:
        """Reads the next block."""
        match block.kind:
            case BlockKind.HEADING:
                self._read_heading(block)
            case BlockKind.TABLE:
                self._read_table(block)
            case BlockKind.CODE:
                self._tally.add(Taken.CODE)
            case BlockKind.RULE:
                self._use_pending_visual()
                self._groups.append(_Group())
                self._last = None
            case BlockKind.ITEM:
                self._read_lines(block.lines, is_item=True)
            case BlockKind.PARAGRAPH:
                self._read_lines(block.lines)

    def manuscript(self, title: str, notes: Sequence[str]) -> Manuscript:
        """Returns what was read.

        Args:
            title: of the format's own head, such as front matter.
            notes: on the format.
        """
        self._use_pending_visual()
        drafts = [draft for _, drafts in self._sections for draft in drafts]
        beats = has_beats([part for draft in drafts for part in draft.parts])
        sections: list[Section] = []
        for heading, unread in self._sections:
            passages = [passage for draft in unread if (passage := self._passage(draft, beats=beats))]
            if passages:
                sections.append(Section(heading, tuple(self._timed(passages, unread))))
        heading = self._title_heading.text if self._title_heading else ""
        titles = (one_line(inline_text(written)).strip(_EMPHASIS) for written in (self._title or title, heading))
        return Manuscript(next(filter(None, titles), ""), tuple(sections), (*notes, *self._tally.notes(self._voices)))

    def _passage(self, draft: _Draft, *, beats: bool) -> Passage | None:
        lines: list[str] = []
        for part in draft.parts:
            plain = inline_text("\n".join(part)).split("\n")
            lines += [line for line in unwrap(plain, beats=beats) if is_speakable(line)]
        if not lines:
            return None
        visual = draft.visual or self._groups[draft.group].visual
        return Passage(tuple(lines), visual, draft.speaker, pause=draft.pause)

    def _timed(self, passages: list[Passage], drafts: Sequence[_Draft]) -> Iterator[Passage]:
        """Divides the duration of each mark among its passages."""
        groups = [draft.group for draft in drafts if any(is_speakable(line) for part in draft.parts for line in part)]
        if len(groups) != len(passages):
            yield from passages
            return
        for group in dict.fromkeys(groups):
            members = [passage for passage, number in zip(passages, groups, strict=True) if number == group]
            duration = self._groups[group].duration
            if duration is None:
                yield from members
                continue
            shares = divide_duration([" ".join(member.lines) for member in members], duration)
            yield from (replace(member, duration=share) for member, share in zip(members, shares, strict=True))

    def _read_heading(self, block: Block) -> None:
        line = block.lines[0]
        mark = read_scene_mark(line)
        timed = _TIMED_HEADING.fullmatch(line)
        label = read_label(line if ":" in line and not timed else f"{line}:", at_head=not self._has_narration)
        if mark is not None:
            self._start_group(mark)
        elif label is not None and label.kind is DirectionKind.PART:
            self._start_group(SceneMark(label.duration))
        elif label is not None and label.kind is DirectionKind.TITLE and label.rest:
            self._title = label.rest
        elif block is not self._title_heading or self._speak_headings:
            self._start_section(one_line(inline_text(timed["heading"] if timed else line)), block)
            if timed and (duration := read_time(timed["time"])):
                self._start_group(SceneMark(duration))

    def _start_section(self, heading: str, block: Block) -> None:
        if not is_speakable(heading):
            return
        self._use_pending_visual()
        self._groups.append(_Group())
        self._last = None
        if block is not self._title_heading:
            before, passages = self._sections[-1]
            if passages or not before:
                self._sections.append((heading, []))
            else:
                self._sections[-1] = (f"{before} · {heading}", [])
        if self._speak_headings:
            self._add([heading])
            self._last = None
        else:
            self._tally.add(Taken.HEADING)

    def _read_table(self, block: Block) -> None:
        kinds = [kind_of_column(cell) for cell in block.rows[0]]
        if DirectionKind.SPEAKER not in kinds:
            self._tally.add(Taken.TABLE)
            return
        for row in block.rows[1:]:
            cells = dict(zip(kinds, row, strict=False))
            times = read_scene_mark(f"[{cells.get(DirectionKind.TIME, '').strip('[]()')}]")
            self._start_group(times or SceneMark())
            self._direct(Direction(DirectionKind.VISUAL, cells.get(DirectionKind.VISUAL, "")))
            self._direct(Direction(DirectionKind.SOUND, cells.get(DirectionKind.SOUND, "")))
            self._read_lines([cells[DirectionKind.SPEAKER]])

    def _read_lines(self, lines: Sequence[str], *, is_item: bool = False) -> None:
        """Reads the lines of a paragraph or item."""
        if self._cues and lines[0] not in self._cues and not any(map(is_slug, lines)):
            if not any(map(is_transition, lines)):
                self._tally.add(Taken.ACTION)
                self._keep_visual(" ".join(lines))
            return
        run: list[str] = []
        wanted: DirectionKind | None = None  # a label alone on its line is about the next line
        for line in chain.from_iterable(map(_split_lead, lines)):
            if wanted is not None and is_speakable(line):
                self._flush(run, is_item=is_item)
                self._direct(Direction(wanted, line))
                wanted = None
            elif line in self._cues:
                self._flush(run)
                self._speak_as(line.partition("(")[0].strip(" :"))
            elif (self._has_code and _SHELL.fullmatch(line)) or is_transition(line):
                self._tally.add(Taken.TRANSITION if is_transition(line) else Taken.SHELL, line)
            elif _FOOTNOTE.fullmatch(line):
                self._tally.add(Taken.FOOTNOTE, line)
            elif mark := self._scene_mark(line):
                self._flush(run, is_item=is_item)
                self._start_group(mark)
                run += [mark.rest] if mark.rest else []
            elif label := self._label(line):
                self._flush(run, is_item=is_item)
                rest = self._obey(label)
                run += [rest] if rest else []
                wanted = (
                    label.kind if not label.rest and label.kind in {DirectionKind.VISUAL, DirectionKind.SOUND} else None
                )
            else:
                run.append(line)
        self._flush(run, is_item=is_item)

    def _scene_mark(self, line: str) -> SceneMark | None:
        mark = read_scene_mark(line) or self._time_stamp(line)
        while mark is not None and mark.rest and (inner := read_scene_mark(mark.rest)):
            mark = replace(inner, duration=inner.duration or mark.duration, setting=inner.setting or mark.setting)
        return mark

    def _time_stamp(self, line: str) -> SceneMark | None:
        """Reads a bare time at the beginning of a line, where most lines have one."""
        stamp = _STAMP.match(line) if self._has_stamps else None
        return SceneMark(rest=line[stamp.end() :]) if stamp else None

    def _label(self, line: str) -> Label | None:
        """Returns the label of a line, unless it may be prose."""
        label = read_label(line, at_head=not self._has_narration)
        if label is None:
            return None
        if label.name.casefold() in self._speakers:
            return replace(label, kind=DirectionKind.SPEAKER)
        if label.kind is None:
            return None if label.duration is None else replace(label, kind=DirectionKind.PART)  # "Beat 2 (3-8s):"
        return label if label.is_marked or self._is_script or label.kind is DirectionKind.TITLE else None

    def _obey(self, label: Label) -> str:
        """Follows a label; returns what is behind it and to be spoken."""
        match label.kind:
            case DirectionKind.SPEAKER:
                self._speak_as(label.name)
                return label.rest
            case DirectionKind.PART:
                self._start_group(SceneMark(label.duration))
                return label.rest
            case DirectionKind.TITLE:
                self._title = self._title or label.rest
            case DirectionKind.DETAIL:
                self._tally.add(Taken.DETAIL, f"{label.name}: {label.rest}")
            case DirectionKind.PAUSE:
                self._direct(read_bracket(f"pause {label.rest}", square=True, is_apart=True, is_line=True))
            case kind if kind is not None:
                self._direct(Direction(kind, label.rest))
        return ""

    def _flush(self, run: list[str], *, is_item: bool = False) -> None:
        """Adds the narration of lines, and follows the directions in brackets among them."""
        text = "\n".join(run)
        run.clear()
        spoken_end = len(text.rstrip(_UNSPOKEN))
        start = 0
        has_prose = False
        for found in _BRACKETS.finditer(text):
            direction = read_bracket(
                found["inner"].replace("\n", " "),
                square=found["open"] == "[",
                is_apart=_is_apart(text, start, found),
                is_line=_is_line(text, found),
                in_script=self._is_script,
            )
            if direction is None:
                continue
            has_prose |= self._add(text[start : found.start()].strip().split("\n"), is_item=is_item)
            self._direct(direction, is_last=has_prose and found.end() >= spoken_end)
            start = found.end()
        self._add(text[start:].strip().split("\n"), is_item=is_item)

    def _add(self, lines: Sequence[str], *, is_item: bool = False) -> bool:
        """Adds narration; returns whether there was any."""
        lines = [line for line in lines if line.strip()]
        if not any(map(is_speakable, lines)):
            return False
        lines = [join_lines(lines)] if is_item else lines
        if is_item and self._last is not None and not self._pending_visual and self._last.speaker == self._speaker:
            self._last.parts.append(lines)
            return True
        draft = _Draft(self._speaker, len(self._groups) - 1, self._pending_visual, parts=[list(lines)])
        self._pending_visual = ""
        self._sections[-1][1].append(draft)
        self._last = draft
        return True

    def _direct(self, direction: Direction | None, *, is_last: bool = False) -> None:
        """Follows a direction.

        Args:
            direction: the direction.
            is_last: whether narration stands before it in its paragraph, and none behind.
        """
        if direction is None or not direction.text.strip():
            return
        if direction.kind is DirectionKind.SPEAKER:
            self._speak_as(direction.text)
            return
        self._tally.add(_TAKEN[direction.kind], direction.text)
        if direction.kind is DirectionKind.PAUSE and self._last is not None:
            self._last.pause += direction.seconds or 0
            self._last = None
        elif direction.kind is DirectionKind.TIME:
            self._start_group(SceneMark(direction.seconds), is_counted=False)
        elif direction.kind is DirectionKind.VISUAL:
            self._keep_visual(direction.text, is_last=is_last)

    def _keep_visual(self, text: str, *, is_last: bool = False) -> None:
        visual = _CAMERA.sub("", one_line(inline_text(text)).strip(_EMPHASIS), count=1)
        if is_last and self._last is not None and not self._last.visual:
            self._last.visual = visual
        else:
            self._use_pending_visual()
            self._pending_visual = visual
            group = self._groups[-1]
            group.visual = group.visual or (visual if group.is_marked else "")
        self._last = None if not is_last else self._last

    def _speak_as(self, name: str) -> None:
        self._speaker = name.strip()
        self._tally.add_speaker(self._speaker)
        self._last = None

    def _start_group(self, mark: SceneMark, *, is_counted: bool = True) -> None:
        self._use_pending_visual()
        if is_counted:
            self._tally.add(Taken.MARK)
        self._groups.append(_Group(mark.setting.strip(_EMPHASIS), mark.duration, is_marked=True))
        self._last = None

    def _use_pending_visual(self) -> None:
        """Gives a visual direction without narration behind it to the narration above it."""
        group, drafts = self._groups[-1], self._sections[-1][1]
        if group.is_marked:
            group.visual = group.visual or self._pending_visual
        elif drafts and not drafts[-1].visual:
            drafts[-1].visual = self._pending_visual
        self._pending_visual = ""

    @property
    def _has_narration(self) -> bool:
        return any(drafts for _, drafts in self._sections)


def _part_at_tags(text: str) -> str:
    """Parts paragraphs at tags such as `<br>`, but not the rows of tables."""
    lines = (BLOCK_TAG.sub(" " if line.lstrip().startswith("|") else "\n\n", line) for line in text.split("\n"))
    return "\n".join(lines)


def _split_lead(line: str) -> tuple[str, ...]:
    """Parts a direction in brackets from the label behind it."""
    emphasized = _EMPHASIZED.fullmatch(line)
    line = emphasized[1] if emphasized else line
    lead = _LEAD.fullmatch(line)
    return (lead[1], lead[2]) if lead and read_label(lead[2]) else (line,)


def _title_heading(blocks: Collection[Block]) -> Block | None:
    """Returns the heading that names the whole script: above all narration, and none like it below."""
    first = next((block for block in blocks if block.kind is not BlockKind.RULE), None)
    if first is None or first.kind is not BlockKind.HEADING or read_scene_mark(first.text):
        return None
    others = [block.level for block in blocks if block.kind is BlockKind.HEADING and block is not first]
    return first if all(level > first.level for level in others) else None


def _is_apart(text: str, start: int, found: re.Match[str]) -> bool:
    """Whether brackets stand between sentences."""
    before = text[max(start, found.start() - _CONTEXT_CHARS) : found.start()].strip()
    after = text[found.end() : found.end() + _CONTEXT_CHARS].lstrip()
    return (not before or has_sentence_end(before) or before.endswith(":")) and not after[:1].islower()


def _is_line(text: str, found: re.Match[str]) -> bool:
    before = text[max(0, found.start() - _CONTEXT_CHARS) : found.start()].rpartition("\n")[2]
    after = text[found.end() : found.end() + _CONTEXT_CHARS].partition("\n")[0]
    return not is_speakable(before) and not is_speakable(after)
