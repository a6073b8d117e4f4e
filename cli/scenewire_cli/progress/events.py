"""The events of a project, from its stored messages and from telemetry, and the state they add up to."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from pydantic import ValidationError

from scenewire.cancellations import raise_if_cancelled
from scenewire.messages import (
    AudioRendered,
    FootageSourced,
    Message,
    NarrationRequested,
    Progress,
    ProjectCancelled,
    ProjectFailed,
    ScenesScripted,
    SegmentRendered,
    StoredMessage,
    VideoAssembled,
    fault_wording,
    message_model,
)
from scenewire_cli.progress.projects import ENDS
from scenewire_cli.stack.bus_repair import Repaired
from scenewire_cli.stack.connection import Access

__all__ = ["Event", "ProjectProgress", "Unreadable", "follow", "read_event"]

_CHECK_INTERVAL_S: Final = 1.0
"""Between two checks of the embedded stack."""


@dataclass(frozen=True)
class Unreadable:
    """A stored message of the project that this version cannot read."""

    subject: str
    fault: str


@dataclass(frozen=True)
class Event:
    """A message or a telemetry report of the project."""

    message: Message | Progress | Unreadable
    sequence: int = 0
    """Sequence in the stream; 0 for telemetry."""


@dataclass
class ProjectProgress:
    """The state of a project, as far as the events of its latest revision tell."""

    project_id: UUID
    revision: int = 0
    started: float = field(default_factory=time.monotonic)
    script: ScenesScripted | None = None
    spoken: dict[int, float] = field(default_factory=dict)
    """Seconds of narration by scene number."""
    sourced: dict[int, str] = field(default_factory=dict)
    """What the picture of a scene will be, for people."""
    painted: dict[int, str] = field(default_factory=dict)
    """Why a scene got a background instead of footage."""
    rendered: set[int] = field(default_factory=set)
    encoding: dict[int, float] = field(default_factory=dict)
    """How much of a scene's picture is encoded, 0 to 1."""
    joining: str = ""
    """The current step of the whole video."""
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
    def awaits_approval(self) -> bool:
        """Whether its pictures are made only after a person has approved its storyboard."""
        return self.script is not None and self.script.brief.awaits_approval

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self.video is not None or self.failure is not None or self.unreadable_end is not None

    def is_outdated(self, event: Event) -> bool:
        """Returns whether an event belongs to an earlier revision."""
        return isinstance(event.message, Message) and event.message.revision < self.revision

    def apply(self, event: Event) -> None:
        """Takes an event in; a repeated one changes nothing. The first event of a later revision starts from the beginning."""
        if isinstance(event.message, Message) and event.message.revision > self.revision:
            vars(self).update(vars(ProjectProgress(self.project_id, event.message.revision, self.started)))
        self.last_sequence = max(self.last_sequence, event.sequence)
        self._take(event)

    def _take(self, event: Event) -> None:
        match event.message:
            case ScenesScripted():
                self.script = event.message
            case AudioRendered(scene=scene, narration=narration):
                self.spoken[scene.scene_number] = narration.samples / narration.sample_rate
            case FootageSourced(brief=brief, scene=scene, footage=footage):
                titles = ", ".join(clip.credit.title or clip.source_id for clip in footage.clips)
                background = "generated" if brief.options.look.background is None else "ordered"
                self.sourced[scene.scene_number] = titles or f"{background} background"
                if footage.fallback:
                    self.painted[scene.scene_number] = footage.reason
            case SegmentRendered(scene=scene):
                self.rendered.add(scene.scene_number)
                self.encoding.pop(scene.scene_number, None)
            case VideoAssembled():
                self.video = event.message
            case ProjectFailed() | ProjectCancelled():
                self.failure = event.message
            case Unreadable(subject=subject) if subject in ENDS:
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


def read_event(subject: str, sequence: int, body: bytes) -> Event | None:
    """Returns the event of a stored message; None for orders, and for what is internal to speech."""
    model = message_model(subject)
    if model is None or not issubclass(model, Message) or model is NarrationRequested:
        return None
    try:
        return Event(model.model_validate_json(body), sequence)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, fault["loc"]))
        return Event(Unreadable(subject, f"{where} {fault_wording(fault)}".strip()), sequence)


async def follow(
    access: Access,
    progress: ProjectProgress,
    *,
    from_sequence: int,
    on_repair: Callable[[Repaired], Awaitable[None]] | None = None,
) -> AsyncIterator[Event]:
    """Yields the events of a project until its end, each already applied to `progress`.

    Args:
        access: the bus.
        progress: the state so far.
        from_sequence: first stream sequence to read; the order's own sequence misses nothing.
        on_repair: called after the bus of an embedded stack was repaired.

    Raises:
        PipelineError: the embedded stack cannot go on.
    """
    events: asyncio.Queue[Event] = asyncio.Queue()

    def received(message: StoredMessage) -> None:
        if message.project_id == progress.project_id:
            event = read_event(message.subject, message.sequence, message.body)
            if event is not None:
                events.put_nowait(event)

    def progressed(tick: Progress) -> None:
        if tick.project_id == progress.project_id:
            events.put_nowait(Event(tick))

    async with access.bus.following(from_sequence=from_sequence, on_message=received, on_progress=progressed):
        checked = time.monotonic()
        while not progress.ended:
            raise_if_cancelled()
            if time.monotonic() - checked > _CHECK_INTERVAL_S:
                await _check(access, on_repair)
                checked = time.monotonic()
            try:
                async with asyncio.timeout(
                    _CHECK_INTERVAL_S
                ):  # wait_for would lose a cancellation that comes with an event
                    event = await events.get()
            except TimeoutError:
                continue
            if not progress.is_outdated(event):
                progress.apply(event)
                yield event


async def _check(access: Access, on_repair: Callable[[Repaired], Awaitable[None]] | None) -> None:
    repaired = await access.check()
    if repaired is not None and on_repair is not None:
        await on_repair(repaired)
