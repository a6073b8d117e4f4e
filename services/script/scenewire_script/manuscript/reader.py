"""Reads a script of any of the known forms as a manuscript. Pure."""

import re
from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, groupby
from operator import itemgetter
from typing import Final

from scenewire.text.blocks import Block, BlockKind, read_blocks
from scenewire.text.markup import BLOCK_TAG, inline_text, is_speakable, one_line, replace_block_tags
from scenewire.text.sentences import has_sentence_end
from scenewire_script.manuscript.formats.convert import convert
from scenewire_script.manuscript.lines import has_beats, join_lines, unwrap
from scenewire_script.manuscript.model import Manuscript, Passage, Section
from scenewire_script.manuscript.notes import Taken, Tally
from scenewire_script.manuscript.recognition.brackets import find_brackets, part_lead
from scenewire_script.manuscript.recognition.directions import (
    Direction,
    DirectionKind,
    Label,
    is_transition,
    read_bracket,
    read_label,
    read_part,
)
from scenewire_script.manuscript.recognition.features import find_features, read_stamp
from scenewire_script.manuscript.recognition.remarks import part_remarks
from scenewire_script.manuscript.recognition.screenplay import is_parenthetical, speaker_of
from scenewire_script.manuscript.recognition.stamped_headings import part_stamped_headings
from scenewire_script.manuscript.recognition.tables import read_table
from scenewire_script.manuscript.recognition.times import SceneMark, is_slug, read_scene_mark, read_time
from scenewire_script.timing.scene_durations import can_speak, divide_duration

__all__ = ["read_manuscript"]

_TIMED_HEADING: Final = re.compile(r"(?P<heading>.*\S)\s*(?P<time>[\[(][^\[\]()]{3,20}[\])])")
_WIDE_BRACKETS: Final = re.compile(
    r"^[ \t]*(?:【([^【】\n]{1,200})】|［([^［］\n]{1,200})］|（([^（）\n]{1,200}(?<![。！？!?.]))）)[ \t]*$",
    re.MULTILINE,
)
"""Brackets of Chinese and Japanese on a line of their own; a whole sentence in round ones is prose."""

_CAMERA: Final = re.compile(
    r"\A(?:cuts? to|shot of|shows?|showing|fade in(?: on)?|zoom (?:in|out)(?: on)?|pan to)\s*:?\s+", re.IGNORECASE
)
_FOOTNOTE: Final = re.compile(r"\[(?P<mark>\^?[\w-]{1,20})\](?P<colon>:?)\s+\S.*")
_SHELL: Final = re.compile(r"\$ [a-z][\w./-]*(?:\s.*)?")
_EMPHASIS: Final = " .*_"

_UNSPOKEN: Final = " \n.!?…,;:)]*_"


_SEEN_OR_HEARD: Final = frozenset({DirectionKind.VISUAL, DirectionKind.SOUND})

_TAKEN: Final = {
    DirectionKind.VISUAL: Taken.VISUAL,
    DirectionKind.SOUND: Taken.SOUND,
    DirectionKind.PAUSE: Taken.PAUSE,
    DirectionKind.TIME: Taken.MARK,
    DirectionKind.MANNER: Taken.MANNER,
    DirectionKind.DETAIL: Taken.DETAIL,
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
    blocks, remarks = part_remarks(read_blocks(_part_at_tags(_with_square_brackets(converted.text))))
    blocks = part_stamped_headings(blocks)
    is_spoken = any(block.kind in {BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.TABLE} for block in blocks)
    speakers = {*converted.speakers, *(voices or {})}
    reader = _Reader(blocks, speakers, speak_headings=speak_headings or not is_spoken)
    for remark in remarks:
        reader.leave_out(remark)
    for block in blocks:
        reader.read(block)
    return reader.manuscript(converted.title, converted.notes, voices or ())


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
        speakers: names that are known to be speakers.
        speak_headings: whether headings are spoken.
    """

    def __init__(self, blocks: Sequence[Block], speakers: Collection[str], *, speak_headings: bool) -> None:
        self._features = find_features(blocks, speakers)
        self._title_heading = _title_heading(blocks)
        self._speak_headings = speak_headings
        self._tally = Tally()
        self._title = ""
        self._sections: list[tuple[str, list[_Draft]]] = [("", [])]
        self._groups = [_Group()]
        self._speaker = ""
        self._pending_visual = ""
        self._last: _Draft | None = None
        self._expects_dialogue = False

    def leave_out(self, remark: str) -> None:
        """Notes a remark that isn't part of the script."""
        self._tally.add(Taken.REMARK, remark)

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

    def manuscript(self, title: str, notes: Sequence[str], voices: Collection[str]) -> Manuscript:
        """Returns what was read.

        Args:
            title: of the format's own head, such as front matter.
            notes: on the format.
            voices: names of the speakers that have a voice of their own.
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
        return Manuscript(next(filter(None, titles), ""), tuple(sections), (*notes, *self._tally.notes(voices)))

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
        for group, grouped in groupby(zip(groups, passages, strict=True), itemgetter(0)):
            members = [passage for _, passage in grouped]
            duration = self._groups[group].duration
            texts = [" ".join(member.lines) for member in members]
            if duration is not None and not can_speak(texts, duration):
                self._tally.add(Taken.SHORT_LENGTH, f"{duration:g} s")
                duration = None
            if duration is None:
                yield from members
                continue
            shares = divide_duration(texts, duration)
            yield from (replace(member, duration=share) for member, share in zip(members, shares, strict=True))

    def _read_heading(self, block: Block) -> None:
        line = block.lines[0]
        mark = self._scene_mark(line)
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
        table = read_table(block.rows)
        if table is None:
            self._tally.add(Taken.TABLE)
            return
        if table.unspoken:
            self._tally.add_columns(table.spoken, table.unspoken)
        for row in table.rows:
            self._start_group(row.mark)
            self._direct(Direction(DirectionKind.VISUAL, row.visual))
            self._direct(Direction(DirectionKind.SOUND, row.sound))
            if is_speakable(row.speaker):
                self._speak_as(inline_text(row.speaker))
            self._read_lines([line for line in map(str.strip, BLOCK_TAG.split(row.spoken)) if line])

    def _read_lines(self, lines: Sequence[str], *, is_item: bool = False) -> None:
        """Reads the lines of a paragraph or item."""
        cues = self._features.cues
        if cues and not self._expects_dialogue and lines[0] not in cues and not any(map(self._is_known, lines)):
            if not any(map(is_transition, lines)):
                self._tally.add(Taken.ACTION)
                self._keep_visual(" ".join(lines))
            return
        run: list[str] = []
        above = self._last
        wanted: DirectionKind | None = None  # a label alone on its line is about the next line
        unread = deque(chain.from_iterable(map(_split_lead, self._join_directions(lines))))
        while unread:
            line = unread.popleft()
            self._expects_dialogue = line in cues
            if wanted is not None and is_speakable(line):
                self._flush(run, is_item=is_item)
                self._direct(Direction(wanted, line))
                wanted = None
            elif line in cues:
                self._flush(run)
                self._speak_as(speaker_of(line))
            elif taken := self._left_out(line):
                self._tally.add(taken, line.strip("()"))
            elif mark := self._scene_mark(line):
                self._flush(run, is_item=is_item)
                self._start_group(mark)
                unread.extendleft([mark.rest] if mark.rest else [])
            elif label := self._label(line):
                self._flush(run, is_item=is_item)
                rest = self._obey(label, is_last=not unread and self._last is not above)
                run += [rest] if rest else []
                wanted = label.kind if not label.rest and label.kind in _SEEN_OR_HEARD else None
            else:
                run.append(line)
        self._flush(run, is_item=is_item)

    def _left_out(self, line: str) -> Taken | None:
        """Returns what a line is that is neither spoken nor used."""
        if self._features.cues and is_parenthetical(line):
            return Taken.MANNER
        if is_transition(line):
            return Taken.TRANSITION
        if self._features.has_code and _SHELL.fullmatch(line):
            return Taken.SHELL
        footnote = _FOOTNOTE.fullmatch(line)
        is_footnote = footnote and (footnote["colon"] or footnote["mark"] in self._features.footnotes)
        return Taken.FOOTNOTE if is_footnote else None

    def _is_known(self, line: str) -> bool:
        """Whether a line of a screenplay is a slug line or a detail of its title page."""
        return is_slug(line) or (not self._has_narration and read_label(line, at_head=True) is not None)

    def _join_directions(self, lines: Sequence[str]) -> list[str]:
        """Joins the lines of a direction that an editor wrapped."""
        joined: list[str] = []
        is_open = False
        for line in lines:
            if is_open and line[:1].islower():
                joined[-1] += f" {line}"
            else:
                joined.append(line)
                label = self._label(line) if self._features.has_capitals else None
                is_open = (
                    label is not None and bool(label.rest) and label.kind in {*_SEEN_OR_HEARD, DirectionKind.DETAIL}
                )
            is_open = is_open and not has_sentence_end(line)
        return joined

    def _scene_mark(self, line: str) -> SceneMark | None:
        if is_slug(line) and not self._features.has_slugs:
            return None
        mark = read_scene_mark(line)
        if mark is not None and mark.is_bare and not self._features.has_ranges:
            return None
        if mark is None and self._features.has_stamps:
            mark = read_stamp(line)
        while mark is not None and mark.rest and (inner := read_scene_mark(mark.rest)):
            mark = replace(inner, duration=inner.duration or mark.duration, setting=inner.setting or mark.setting)
        return mark

    def _label(self, line: str) -> Label | None:
        """Returns the label of a line, unless it may be prose."""
        label = read_label(line, at_head=not self._has_narration, in_script=self._features.is_script)
        if label is None:
            return read_part(line) if self._features.is_script else None
        if line in self._features.credits and not self._has_narration:
            return replace(label, kind=DirectionKind.DETAIL)
        if label.kind is DirectionKind.PART and line.startswith("["):
            return None  # what is behind it in brackets isn't spoken
        if label.name.casefold() in self._features.speakers:
            return replace(label, kind=DirectionKind.SPEAKER)
        if label.kind is None:
            return None if label.duration is None else replace(label, kind=DirectionKind.PART)  # "Beat 2 (3-8s):"
        return label if label.is_marked or self._features.is_script or label.kind is DirectionKind.TITLE else None

    def _obey(self, label: Label, *, is_last: bool) -> str:
        """Follows a label; returns what is behind it and to be spoken.

        Args:
            label: the label.
            is_last: whether narration stands before it in its paragraph, and nothing behind.
        """
        match label.kind:
            case DirectionKind.SPEAKER:
                self._speak_as(label.name)
                return label.rest
            case DirectionKind.PART:
                self._start_part(label.duration)
                return label.rest
            case DirectionKind.TITLE:
                self._title = self._title or label.rest
            case DirectionKind.DETAIL:
                self._tally.add(Taken.DETAIL, f"{label.name}: {label.rest}")
            case DirectionKind.PAUSE:
                self._direct(read_bracket(f"pause {label.rest}", square=True, is_apart=True, is_line=True))
            case kind if kind is not None:
                self._direct(Direction(kind, label.rest), is_last=is_last)
        return ""

    def _flush(self, run: list[str], *, is_item: bool = False) -> None:
        """Adds the narration of lines, and follows the directions in brackets among them."""
        text = "\n".join(run)
        run.clear()
        spoken_end = len(text.rstrip(_UNSPOKEN))
        start = 0
        has_prose = False
        for bracket in find_brackets(text):
            direction = read_bracket(
                bracket.inner,
                square=bracket.is_square or (bracket.is_emphasized and self._features.is_script),
                is_apart=bracket.is_apart(start) or (bracket.is_square and bracket.is_line),
                is_line=bracket.is_line,
                in_script=self._features.is_script,
            )
            if direction is None:
                continue
            has_prose |= self._add(text[start : bracket.start].strip().split("\n"), is_item=is_item)
            self._direct(direction, is_last=has_prose and bracket.end >= spoken_end)
            start = bracket.end
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
        if direction is None or not is_speakable(direction.text):
            return
        if direction.kind is DirectionKind.SPEAKER:
            self._speak_as(direction.text)
            return
        self._tally.add(_TAKEN[direction.kind], direction.text.strip(_EMPHASIS))
        if direction.kind is DirectionKind.PAUSE and self._last is not None:
            self._last.pause += direction.seconds or 0
            self._last = None
        elif direction.kind is DirectionKind.TIME:
            self._start_group(SceneMark(direction.seconds), is_counted=False)
            self._groups[-1].is_marked = direction.seconds is not None
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

    def _start_part(self, duration: float | None) -> None:
        """Starts a part of the video: a scene if it has a duration, else perhaps many."""
        is_named = self._groups[-1].is_marked and not (self._last or self._pending_visual)
        if duration is None and is_named:
            return  # "[0:03-0:15] Main"
        self._start_group(SceneMark(duration))
        self._groups[-1].is_marked = duration is not None

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


def _with_square_brackets(text: str) -> str:
    return _WIDE_BRACKETS.sub(lambda found: f"[{found[1] or found[2] or found[3]}]", text)


def _part_at_tags(text: str) -> str:
    """Parts paragraphs at tags such as `<br>`, but not the rows of tables."""
    lines = (line if line.lstrip().startswith("|") else replace_block_tags(line, "\n\n") for line in text.split("\n"))
    return "\n".join(lines)


def _split_lead(line: str) -> tuple[str, ...]:
    """Parts a direction in brackets from the label behind it."""
    lead, rest = part_lead(line)
    return (lead, rest) if rest and read_label(rest) else (f"{lead} {rest}".strip(),)


def _title_heading(blocks: Collection[Block]) -> Block | None:
    """Returns the heading that names the whole script: above all narration, and none like it below."""
    first = next((block for block in blocks if block.kind is not BlockKind.RULE), None)
    if first is None or first.kind is not BlockKind.HEADING or read_scene_mark(first.text):
        return None
    others = [block.level for block in blocks if block.kind is BlockKind.HEADING and block is not first]
    return first if all(level > first.level for level in others) else None
