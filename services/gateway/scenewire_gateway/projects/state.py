"""The state of a project, folded from its messages: any order and repetitions give the same."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Self
from uuid import UUID

from scenewire.messages import (
    AudioRendered,
    FootageSourced,
    ProjectCancelled,
    ProjectDeleted,
    ProjectFailed,
    ScenesScripted,
    ScriptRequested,
    SegmentRendered,
    VideoAssembled,
)
from scenewire.record.standing import Standing
from scenewire_gateway.projects.entries import Entry

__all__ = ["ProjectState", "Run", "State"]

State = Literal["waiting", "running", "awaiting_approval", "finished", "failed", "cancelled"]

End = VideoAssembled | ProjectFailed | ProjectCancelled


@dataclass
class Run:
    """One revision of a project.

    Attributes:
        spoken: numbers of the scenes with narration; `sourced` has those with footage.
        rendered: when the picture of each scene was ready.
        ends: what ended it, by time; a video may still follow a failure.
    """

    revision: int
    script: ScenesScripted | None = None
    spoken: set[int] = field(default_factory=set)
    sourced: set[int] = field(default_factory=set)
    rendered: dict[int, datetime] = field(default_factory=dict)
    ends: dict[int, tuple[datetime, End]] = field(default_factory=dict)

    @property
    def end(self) -> tuple[datetime, End] | None:
        """What counts: a video, else the first end."""
        for at, end in self.ends.values():
            if isinstance(end, VideoAssembled):
                return at, end
        return self.ends[min(self.ends)] if self.ends else None

    @property
    def video(self) -> VideoAssembled | None:
        """The finished video."""
        return self.end[1] if self.end and isinstance(self.end[1], VideoAssembled) else None

    @property
    def standing(self) -> Standing:
        """How far it is."""
        return Standing(
            scene_count=None if self.script is None else self.script.brief.scene_count,
            spoken=len(self.spoken),
            sourced=len(self.sourced),
            rendered_at=list(self.rendered.values()),
        )

    @property
    def state(self) -> State:
        """Its state in a word."""
        match self.end:
            case (_, VideoAssembled()):
                return "finished"
            case (_, ProjectFailed()):
                return "failed"
            case (_, ProjectCancelled()):
                return "cancelled"
            case _:
                pass
        if self.script is None:
            return "waiting"
        brief = self.script.brief
        return "awaiting_approval" if brief.awaits_approval and len(self.sourced) >= brief.scene_count else "running"


@dataclass
class ProjectState:
    """A project with all its revisions."""

    project_id: UUID
    order: ScriptRequested | None = None
    runs: dict[int, Run] = field(default_factory=dict)
    created_at: datetime | None = None
    updated_at: datetime | None = None
    last_sequence: int = 0
    attempts: dict[int | None, int] = field(default_factory=dict)
    """Attempts at the scenes in work that were repeated, as far as this process has heard."""
    is_deleted: bool = False

    @classmethod
    def ordered(cls, project_id: UUID, order: ScriptRequested) -> Self:
        """Returns the state of a project of which nothing but its order is known."""
        return cls(project_id, order=order, runs={0: Run(0)})

    def apply(self, entries: Iterable[Entry]) -> None:
        """Takes messages in."""
        for entry in entries:
            self._apply(entry)

    def _apply(self, entry: Entry) -> None:
        self.created_at = min(self.created_at or entry.at, entry.at)
        self.updated_at = max(self.updated_at or entry.at, entry.at)
        self.last_sequence = max(self.last_sequence, entry.sequence)
        run = self.runs.setdefault(entry.revision, Run(entry.revision))
        match entry.content:
            case ScriptRequested():
                if self.order is None or entry.revision > self.order.revision:
                    self.order = entry.content  # a remake of the script may have changed options
            case ScenesScripted():
                run.script = entry.content
            case ProjectDeleted():
                self.is_deleted = True
            case VideoAssembled() | ProjectFailed() | ProjectCancelled():
                run.ends[entry.sequence] = (entry.at, entry.content)
            case _:
                if entry.scene_number is not None:
                    self._apply_scene(run, entry, entry.scene_number)

    def _apply_scene(self, run: Run, entry: Entry, number: int) -> None:
        match entry.subject:
            case AudioRendered.SUBJECT:
                run.spoken.add(number)
            case FootageSourced.SUBJECT:
                run.sourced.add(number)
            case SegmentRendered.SUBJECT:
                run.rendered.setdefault(number, entry.at)
                self.attempts.pop(number, None)
            case _:
                pass

    @property
    def run(self) -> Run:
        """The latest revision."""
        return self.runs[max(self.runs)]

    @property
    def versions(self) -> list[Run]:
        """The revisions with a video, the oldest first."""
        return [run for _, run in sorted(self.runs.items()) if run.video is not None]
