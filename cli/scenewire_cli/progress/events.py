"""What becomes of an order: its messages and telemetry as events, from its first message to its last."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from pydantic import ValidationError

from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import (
    AudioRendered,
    FootageSourced,
    Message,
    Progress,
    ProjectCancelled,
    ProjectFailed,
    ScenesScripted,
    ScriptRequested,
    SegmentRendered,
    StoredMessage,
    VideoAssembled,
)
from scenewire_cli.output.formatting import fault_wording
from scenewire_cli.stack.connection import Access

__all__ = ["Event", "ProjectProgress", "Unreadable", "follow", "require_project"]

_LOOK: Final = 1.0
"""Seconds between two looks at whether the stack can go on."""

_MODELS: Final[dict[str, type[Message]]] = {
    model.SUBJECT: model
    for model in (
        ScenesScripted,
        AudioRendered,
        FootageSourced,
        SegmentRendered,
        VideoAssembled,
        ProjectFailed,
        ProjectCancelled,
    )
}


_ENDS: Final = (VideoAssembled.SUBJECT, ProjectFailed.SUBJECT, ProjectCancelled.SUBJECT)


@dataclass(frozen=True)
class Unreadable:
    """A stored message of the project that this version cannot read."""

    subject: str
    fault: str


@dataclass(frozen=True)
class Event:
    """Something that happened to the project."""

    message: Message | Progress | Unreadable
    sequence: int = 0
    """Where the stream holds it; 0 for telemetry."""


@dataclass
class ProjectProgress:
    """How far a project is."""

    project_id: UUID
    started: float = field(default_factory=time.monotonic)
    script: ScenesScripted | None = None
    spoken: dict[int, float] = field(default_factory=dict)
    """Seconds of narration by scene number."""
    sourced: dict[int, str] = field(default_factory=dict)
    """What the picture of a scene will be, for people."""
    painted: dict[int, str] = field(default_factory=dict)
    """Why a scene got a painted background instead of footage."""
    rendered: set[int] = field(default_factory=set)
    encoding: dict[int, float] = field(default_factory=dict)
    """How much of a scene's picture is encoded, 0 to 1."""
    joining: str = ""
    """What is being done to the whole film."""
    video: VideoAssembled | None = None
    failure: ProjectFailed | ProjectCancelled | None = None
    unreadable_end: "Event | None" = None
    """The message that ended the project, when nobody can read how."""
    last_sequence: int = 0

    @property
    def scene_count(self) -> int | None:
        """Known once the script is."""
        return self.script.brief.scene_count if self.script else None

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self.video is not None or self.failure is not None or self.unreadable_end is not None

    def apply(self, event: Event) -> None:
        """Takes an event in; a repeated one changes nothing."""
        self.last_sequence = max(self.last_sequence, event.sequence)
        match event.message:
            case ScenesScripted():
                self.script = event.message
            case AudioRendered(scene=scene, narration=narration):
                self.spoken[scene.scene_number] = narration.samples / narration.sample_rate
            case FootageSourced(scene=scene, footage=footage):
                titles = ", ".join(clip.credit.title for clip in footage.clips)
                self.sourced[scene.scene_number] = titles or "painted background"
                if footage.fallback:
                    self.painted[scene.scene_number] = footage.reason
            case SegmentRendered(scene=scene):
                self.rendered.add(scene.scene_number)
                self.encoding.pop(scene.scene_number, None)
            case VideoAssembled():
                self.video = event.message
            case ProjectFailed() | ProjectCancelled():
                self.failure = event.message
            case Unreadable(subject=subject) if subject in _ENDS:
                self.unreadable_end = event
            case Progress(stage="assembly", state="working"):
                self._hear_of_assembly(event.message)
            case _:
                pass

    def _hear_of_assembly(self, told: Progress) -> None:
        if told.scene_number is None:
            self.joining = told.detail
        elif told.fraction is not None and told.scene_number not in self.rendered:
            self.encoding[told.scene_number] = told.fraction


async def require_project(access: Access, project_id: UUID) -> int:
    """Returns the stream sequence of a project's first message.

    Raises:
        PermanentError: `not_on_record`, the stream holds no such project.
        TransientError: `bus_unavailable`.
    """
    sequence = await access.bus.first_message(project_id, (ScriptRequested.SUBJECT, *_ENDS))
    if sequence is None:
        raise PermanentError(
            FailureCode.NOT_ON_RECORD,
            f"the stream has no messages of project {project_id}",
            hint="check the id with `scenewire list`, and --data or --nats",
        )
    return sequence


def _read(model: type[Message], message: StoredMessage) -> Message | Unreadable:
    try:
        return model.model_validate_json(message.body)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, fault["loc"]))
        return Unreadable(message.subject, f"{where} {fault_wording(fault)}".strip())


async def follow(access: Access, film: ProjectProgress, *, from_sequence: int) -> AsyncIterator[Event]:
    """The events of a project, each already applied to `film`, until it has ended.

    Args:
        access: the bus.
        film: what is known so far.
        from_sequence: where in the stream to begin; the order's own sequence misses nothing.

    Raises:
        PipelineError: our own stack cannot go on.
    """
    events: asyncio.Queue[Event] = asyncio.Queue()

    def received(message: StoredMessage) -> None:
        model = _MODELS.get(".".join(message.subject.split(".")[:2]))
        if model is not None and message.project_id == film.project_id:
            events.put_nowait(Event(_read(model, message), message.sequence))

    def progressed(progress: Progress) -> None:
        if progress.project_id == film.project_id:
            events.put_nowait(Event(progress))

    async with access.bus.following(from_sequence=from_sequence, on_message=received, on_progress=progressed):
        looked = time.monotonic()
        while not film.ended:
            if access.stack is not None and time.monotonic() - looked > _LOOK:
                access.stack.check()
                looked = time.monotonic()
            try:
                async with asyncio.timeout(_LOOK):  # wait_for would lose a cancellation that comes with an event
                    event = await events.get()
            except TimeoutError:
                continue
            film.apply(event)
            yield event
