"""Where the time of a video went: the steps behind its messages, their waits, and the chain that determined its end."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

from scenewire.messages import (
    AudioRendered,
    FootageSourced,
    ProjectCancelled,
    ProjectFailed,
    SceneMessage,
    ScenesScripted,
    SegmentRendered,
    VideoAssembled,
    Work,
)
from scenewire.record.content import Content, parse
from scenewire.topology import ASSEMBLY, SCRIPT, SOURCING, TTS, TTS_FANOUT

__all__ = ["STAGES", "Part", "ProjectTiming", "Stage", "StageTotal", "Step", "timing_of"]

Stage = Literal["script", "narration", "footage", "picture", "video"]

STAGES: Final[tuple[Stage, ...]] = ("script", "narration", "footage", "picture", "video")

_STAGE_OF_RESULT: Final[Mapping[type[Content], Stage]] = {
    ScenesScripted: "script",
    AudioRendered: "narration",
    FootageSourced: "footage",
    SegmentRendered: "picture",
    VideoAssembled: "video",
}
_STAGE_OF_DURABLE: Final[Mapping[str, Stage]] = {
    SCRIPT.name: "script",
    TTS_FANOUT.name: "narration",
    TTS.name: "narration",
    SOURCING.name: "footage",
    ASSEMBLY.name: "picture",
}
_BEFORE: Final[Mapping[Stage, Stage | None]] = {
    "script": None,
    "narration": "script",
    "footage": "narration",
    "picture": "footage",
    "video": "picture",
}


@dataclass(frozen=True, kw_only=True)
class Step:
    """The work of one stage on one message.

    Attributes:
        scene_number: None for steps on the whole video.
        queued_at: when the last result that it needed was published.
        started_at: when a worker began the work that led to the result; `queued_at` if nobody recorded it.
        ended_at: when its result was published.
        worker: host name and process id; nothing if nobody recorded it.
        deliveries: how often the message was delivered; more than once after failures.
        paused_s: seconds of the work spent waiting for rate limits and outages to pass.
        is_reused: whether its result was stored already.
        has_failed: whether the project failed in this step.
    """

    stage: Stage
    scene_number: int | None
    queued_at: datetime
    started_at: datetime
    ended_at: datetime
    worker: str = ""
    deliveries: int = 1
    paused_s: float = 0.0
    is_reused: bool = False
    has_failed: bool = False

    @property
    def waited_s(self) -> float:
        """Seconds between the publication of its message and the start."""
        return (self.started_at - self.queued_at).total_seconds()

    @property
    def worked_s(self) -> float:
        """Seconds between the start and the publication of its result."""
        return (self.ended_at - self.started_at).total_seconds()


@dataclass(frozen=True, kw_only=True)
class Part:
    """A step of the critical path.

    Attributes:
        behind: scenes on which the same stage worked while this step waited.
    """

    step: Step
    behind: tuple[int, ...] = ()

    @property
    def seconds(self) -> float:
        """What it contributed to the time of the video."""
        return self.step.waited_s + self.step.worked_s


@dataclass(frozen=True, kw_only=True)
class StageTotal:
    """The steps of a stage together; they overlap."""

    stage: Stage
    steps: int
    waited_s: float
    worked_s: float
    critical_s: float


@dataclass(frozen=True, kw_only=True)
class ProjectTiming:
    """The times of one revision of a project.

    Attributes:
        began_at: publication of the order, or of the script of a later revision.
        ended_at: publication of the video or the failure; of the last message if there is neither.
        outcome: the subject of the message that ended it; None if it goes on.
        steps: in order of their ends.
        path: the chain of steps that determined the end, the first one first; its parts add up to `total_s`.
    """

    project_id: str
    revision: int
    began_at: datetime
    ended_at: datetime
    outcome: str | None
    steps: tuple[Step, ...]
    path: tuple[Part, ...] = field(default=())

    @property
    def total_s(self) -> float:
        """Seconds from the order to the end."""
        return (self.ended_at - self.began_at).total_seconds()

    @property
    def stages(self) -> list[StageTotal]:
        """The totals of the stages that have a step."""
        return [self._total(stage) for stage in STAGES if any(step.stage == stage for step in self.steps)]

    def _total(self, stage: Stage) -> StageTotal:
        steps = [step for step in self.steps if step.stage == stage]
        return StageTotal(
            stage=stage,
            steps=len(steps),
            waited_s=sum(step.waited_s for step in steps),
            worked_s=sum(step.worked_s for step in steps),
            critical_s=sum(part.seconds for part in self.path if part.step.stage == stage),
        )


@dataclass(frozen=True)
class _Event:
    """A message and when it was published."""

    at: datetime
    content: Content

    @property
    def scene_number(self) -> int | None:
        match self.content:
            case SceneMessage():
                return self.content.scene.scene_number
            case ProjectFailed():
                return self.content.scene_number
            case _:
                return None


def timing_of(project_id: str, revision: int, rows: Iterable[Mapping[str, Any]]) -> ProjectTiming | None:
    """Returns the times of one revision; None before its first message.

    Args:
        project_id: the project.
        revision: which one.
        rows: the valid messages of that revision in the log.
    """
    parsed = ((datetime.fromisoformat(row["published_at"]), parse(row["subject"], row["body"])[0]) for row in rows)
    events = sorted((_Event(at, content) for at, content in parsed if content is not None), key=lambda event: event.at)
    if not events:
        return None
    end = _end(events)
    last = end or events[-1]
    steps: list[Step] = []
    path: list[Part] = []
    for event in events:
        if (step := _step(event, steps, events[0].at)) is not None:
            steps.append(step)
            if event is end:
                path = _path(steps)
    return ProjectTiming(
        project_id=project_id,
        revision=revision,
        began_at=events[0].at,
        ended_at=last.at,
        outcome=None if end is None else end.content.SUBJECT,
        steps=tuple(steps),
        path=tuple(path),
    )


def _end(events: Sequence[_Event]) -> _Event | None:
    """Returns what ended the work: the last video or failure. Cancelling or deleting the project later ended nothing."""
    for ends in ((VideoAssembled, ProjectFailed), (ProjectCancelled,)):
        if found := [event for event in events if isinstance(event.content, ends)]:
            return found[-1]
    return None


def _step(event: _Event, earlier: Sequence[Step], began_at: datetime) -> Step | None:
    """Returns the step behind a message; None if it is no result."""
    content = event.content
    stage = _STAGE_OF_RESULT.get(type(content))
    if isinstance(content, ProjectFailed):
        stage = _STAGE_OF_DURABLE.get(content.stage)
    work: Work | None = getattr(content, "work", None)
    is_redriven = isinstance(content, SceneMessage) and bool(content.redriven)
    if stage is None or (work is None and is_redriven):
        return None  # assembly has it made again
    scene = event.scene_number
    before = _predecessor(stage, scene, earlier)
    queued_at = began_at if before is None else before.ended_at
    started_at = queued_at if work is None else min(max(work.started_at, queued_at), event.at)
    return Step(
        stage=stage,
        scene_number=scene,
        queued_at=queued_at,
        started_at=started_at,
        ended_at=event.at,
        worker="" if work is None else work.worker,
        deliveries=1 if work is None else work.deliveries,
        paused_s=0.0 if work is None else work.paused_s,
        is_reused=work is not None and work.is_reused,
        has_failed=isinstance(content, ProjectFailed),
    )


def _predecessor(stage: Stage, scene: int | None, earlier: Sequence[Step]) -> Step | None:
    """Returns the last step whose result a step needed."""
    needed = _BEFORE[stage]
    while needed is not None:
        for step in reversed(earlier):
            if step.stage == needed and (scene is None or step.scene_number in (None, scene)):
                return step
        needed = _BEFORE[needed]
    return None


def _path(steps: Sequence[Step]) -> list[Part]:
    parts: list[Part] = []
    index = len(steps) - 1
    while index >= 0:
        step = steps[index]
        parts.append(Part(step=step, behind=_behind(step, steps)))
        before = _predecessor(step.stage, step.scene_number, steps[:index])
        index = -1 if before is None else steps.index(before)
    return parts[::-1]


def _behind(waiting: Step, steps: Sequence[Step]) -> tuple[int, ...]:
    """Returns the scenes that the same stage worked on while a step waited."""
    return tuple(
        sorted(
            step.scene_number
            for step in steps
            if step.stage == waiting.stage
            and step is not waiting
            and step.scene_number is not None
            and step.started_at < waiting.started_at
            and step.ended_at > waiting.queued_at
        )
    )
