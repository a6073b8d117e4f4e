"""What becomes of an order: its messages and telemetry as events, from its first message to its last."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from nats.aio.msg import Msg
from nats.js.api import DeliverPolicy
from pydantic import ValidationError

from scenewire.bus.ephemeral import Ephemeral
from scenewire.messages import (
    AudioRendered,
    FootageSourced,
    Message,
    Progress,
    ProjectCancelled,
    ProjectFailed,
    ScenesScripted,
    SegmentRendered,
    VideoAssembled,
)
from scenewire.topology import PIPELINE, PROGRESS_SUBJECT
from scenewire_cli.stack.connection import Access

__all__ = ["Event", "Film", "follow"]

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


@dataclass(frozen=True)
class Event:
    """Something that happened to the project."""

    message: Message | Progress
    sequence: int = 0
    """Where the stream holds it; 0 for telemetry."""


@dataclass
class Film:
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
    last_sequence: int = 0

    @property
    def scene_count(self) -> int | None:
        """Known once the script is."""
        return self.script.brief.scene_count if self.script else None

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self.video is not None or self.failure is not None

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
            case Progress(stage="assembly", state="working"):
                self._hear_of_assembly(event.message)
            case _:
                pass

    def _hear_of_assembly(self, told: Progress) -> None:
        if told.scene_number is None:
            self.joining = told.detail
        elif told.fraction is not None and told.scene_number not in self.rendered:
            self.encoding[told.scene_number] = told.fraction


async def follow(access: Access, film: Film, *, from_sequence: int) -> AsyncIterator[Event]:
    """The events of a project, each already applied to `film`, until it has ended.

    Args:
        access: the bus.
        film: what is known so far.
        from_sequence: where in the stream to begin; the order's own sequence misses nothing.

    Raises:
        PipelineError: our own stack cannot go on.
    """
    events: asyncio.Queue[Event] = asyncio.Queue()

    async def stored(message: Msg) -> None:
        if (message.headers or {}).get("correlation_id") == str(film.project_id):
            model = _MODELS.get(".".join(message.subject.split(".")[:2]))
            if model is not None:
                event = Event(model.model_validate_json(message.data), message.metadata.sequence.stream)
                events.put_nowait(event)

    async def told(message: Msg) -> None:
        try:
            progress = Progress.model_validate_json(message.data)
        except ValidationError:
            return  # somebody else's idea of progress
        if progress.project_id == film.project_id:
            events.put_nowait(Event(progress))

    telemetry = await access.client.subscribe(f"{PROGRESS_SUBJECT}.>", cb=told)
    messages = await access.jetstream.subscribe(
        ">",
        stream=PIPELINE.name,
        ordered_consumer=True,
        cb=stored,
        config=Ephemeral(deliver_policy=DeliverPolicy.BY_START_SEQUENCE, opt_start_seq=max(1, from_sequence)),
    )
    try:
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
    finally:
        await telemetry.unsubscribe()
        await messages.unsubscribe()
