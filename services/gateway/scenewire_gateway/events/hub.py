"""Hands what happens to those who watch."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import cached_property
from typing import Final, Literal
from uuid import UUID

import structlog
from pydantic import BaseModel, Field

from scenewire.bus.client import BusClient
from scenewire.messages import (
    AudioRendered,
    FootageSourced,
    Progress,
    ProjectCancelled,
    ProjectDeleted,
    ProjectFailed,
    ScenesScripted,
    ScriptRequested,
    SegmentRendered,
    StoredMessage,
    VideoAssembled,
)
from scenewire.topology import RECORDER
from scenewire_gateway.projects.board import Board
from scenewire_gateway.projects.entries import Entry, streamed_entry
from scenewire_gateway.projects.state import ProjectState
from scenewire_gateway.projects.views import ProjectView, project_view

__all__ = ["Event", "Hub", "Subscription"]

_WAITING: Final = 256
"""Events that wait for a reader. One who is slower is disconnected, and comes back with the id of the last one."""

_REPLAYS: Final = 4
"""Readers that read the stream at the same time."""

_REPLAYED: Final = 200
"""Messages of the stream that a reader who comes back gets at a time."""

_VIEWS: Final = 1_000
"""Projects whose view is kept."""

_TELEMETRY_WAITING: Final = 32
"""Beyond as many, progress is left out: it is not stored and the next report replaces it."""

EventKind = Literal[
    "state",
    "order",
    "script",
    "narration",
    "footage",
    "segment",
    "video",
    "failure",
    "cancellation",
    "deletion",
    "progress",
]

_KINDS: Final[dict[str, EventKind]] = {
    ScriptRequested.SUBJECT: "order",
    ScenesScripted.SUBJECT: "script",
    AudioRendered.SUBJECT: "narration",
    FootageSourced.SUBJECT: "footage",
    SegmentRendered.SUBJECT: "segment",
    VideoAssembled.SUBJECT: "video",
    ProjectFailed.SUBJECT: "failure",
    ProjectCancelled.SUBJECT: "cancellation",
    ProjectDeleted.SUBJECT: "deletion",
}

log = structlog.get_logger(__name__)


class Event(BaseModel):
    """Something that happened to a project."""

    kind: EventKind
    sequence: int | None = Field(description="In the stream; null for progress, which is not stored.")
    project_id: UUID
    revision: int
    scene_number: int | None
    at: datetime
    attempt: int | None = Field(default=None, description="Of the scene or the stage, where it was repeated.")
    stage: str = Field(default="", description="Of progress.")
    step: Literal["", "started", "working", "retrying"] = Field(default="", description="Of progress.")
    detail: str = Field(default="", description="Of progress.")
    fraction: float | None = Field(default=None, description="Of progress, 0 to 1.")
    project: ProjectView | None = Field(description="As it is then; null once it was deleted.")

    @cached_property
    def payload(self) -> str:
        """The event in JSON, made once for all readers."""
        return self.model_dump_json(exclude={"kind"})


class Subscription:
    """What a reader waits for; ends when the reader is too slow."""

    def __init__(self, project_id: UUID | None) -> None:
        self._project_id = project_id
        self._events: asyncio.Queue[Event | None] = asyncio.Queue()
        self._is_open = True

    def offer(self, event: Event) -> None:
        """Adds an event."""
        if not self._is_open or self._project_id not in (None, event.project_id):
            return
        waiting = self._events.qsize()
        if event.sequence is None and waiting >= _TELEMETRY_WAITING:
            return
        if waiting >= _WAITING:
            self.close()
        else:
            self._events.put_nowait(event)

    def close(self) -> None:
        """Ends the subscription after what waits."""
        self._is_open = False
        self._events.put_nowait(None)

    async def __aiter__(self) -> AsyncIterator[Event]:
        """Yields events until the subscription ends."""
        while (event := await self._events.get()) is not None:
            yield event


class Hub:
    """Follows the stream once and hands events to all who watch.

    Args:
        board: the states of projects; the hub keeps it up to date.
        bus: the stream.
    """

    def __init__(self, board: Board, bus: BusClient) -> None:
        self._board = board
        self._bus = bus
        self._readers: set[Subscription] = set()
        self._heard: asyncio.Queue[StoredMessage | Progress] = asyncio.Queue()
        self._sequence = 0
        self._is_closed = False
        self._replays = asyncio.Semaphore(_REPLAYS)
        self._views: dict[UUID, tuple[tuple[int, int], ProjectView]] = {}

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Follows the stream, from what is not on record yet, for as long as the block runs."""
        first = await self._bus.acknowledged(RECORDER) + 1
        self._sequence = first - 1
        following = self._bus.following(
            from_sequence=first, on_message=self._heard.put_nowait, on_progress=self._heard.put_nowait
        )
        async with following:
            task = asyncio.create_task(self._hand_out())
            try:
                yield
            finally:
                task.cancel()

    def close(self) -> None:
        """Ends all subscriptions, also those to come."""
        self._is_closed = True
        for reader in self._readers:
            reader.close()

    async def reaches(self, sequence: int) -> bool:
        """Returns whether the stream has come to a sequence.

        Raises:
            TransientError: `bus_unavailable`.
        """
        return sequence <= self._sequence or sequence <= (await self._bus.state()).last_sequence

    @asynccontextmanager
    async def subscription(
        self, project: ProjectState | None = None, *, after: int | None = None
    ) -> AsyncIterator[AsyncIterator[Event]]:
        """Yields the events of a project, or of all, for as long as the block runs.

        Args:
            project: None means all.
            after: sequence of the last event that the reader has; None, or one that the stream has not reached, begins with
                the present state of the project.

        Raises:
            TransientError: `bus_unavailable`.
        """
        reader = Subscription(None if project is None else project.project_id)
        self._readers.add(reader)
        if self._is_closed:
            reader.close()
        try:
            yield self._events(reader, project, after)
        finally:
            self._readers.discard(reader)

    async def _events(
        self, reader: Subscription, project: ProjectState | None, after: int | None
    ) -> AsyncIterator[Event]:
        """Yields what the reader missed, then what happens, without a gap and nothing twice."""
        if after is not None and not await self.reaches(after):
            after = None  # of another stream, such as that of another data folder
        last = after or 0
        if after is not None:
            async for event in self._missed(project, after):
                last = max(last, event.sequence or 0)
                yield event
        elif project is not None:
            last = project.last_sequence
            yield _present(project)
        async for event in reader:
            if event.sequence is None or event.sequence > last:
                yield event
            if project is not None and event.kind == "deletion":
                return

    async def _missed(self, project: ProjectState | None, after: int) -> AsyncIterator[Event]:
        """Yields events from the stream, up to what the hub has heard of when the reader came.

        The stream is read in parts, a few readers at a time: one who does not take what it asked for costs no more.
        """
        end, sequence = self._sequence, after + 1
        while sequence <= end:
            async with self._replays:
                messages = await self._bus.batch(from_sequence=sequence, limit=_REPLAYED)
            for message in messages:
                entry = streamed_entry(message)
                if entry is not None and (project is None or entry.project_id == project.project_id):
                    event = await self._event(entry)
                    if event is not None:
                        yield event
            if not messages:
                return
            sequence = messages[-1].sequence + 1

    async def _hand_out(self) -> None:
        while True:
            heard = await self._heard.get()
            try:
                event = await (self._told(heard) if isinstance(heard, Progress) else self._happened(heard))
            except Exception:  # one message must not end the events of all others
                log.exception("event_lost", subject=getattr(heard, "subject", "progress"))
                continue
            for reader in tuple(self._readers):
                if event is not None:
                    reader.offer(event)

    async def _happened(self, message: StoredMessage) -> Event | None:
        if message.sequence <= self._sequence:
            return None  # a consumer that was created again repeats
        self._sequence = message.sequence
        entry = self._board.hear(message)
        return None if entry is None or not self._readers else await self._event(entry)

    async def _event(self, entry: Entry) -> Event | None:
        kind = _KINDS.get(entry.subject)
        states = await self._board.states([entry.project_id]) if kind is not None else []
        if kind is None or not (states or kind == "deletion"):
            return None
        return Event(
            kind=kind,
            sequence=entry.sequence,
            project_id=entry.project_id,
            revision=entry.revision,
            scene_number=entry.scene_number,
            at=entry.at,
            attempt=states[0].attempts.get(entry.scene_number) if states else None,
            project=self._view(states[0]) if states else None,
        )

    async def _told(self, progress: Progress) -> Event | None:
        self._board.hear_of(progress)
        states = await self._board.states([progress.project_id]) if self._readers else []
        if not states:
            return None
        return Event(
            kind="progress",
            sequence=None,
            project_id=progress.project_id,
            revision=states[0].run.revision,
            scene_number=progress.scene_number,
            at=datetime.now(UTC),
            attempt=states[0].attempts.get(progress.scene_number),
            stage=progress.stage,
            step=progress.state,
            detail=progress.detail,
            fraction=progress.fraction,
            project=self._view(states[0]),
        )

    def _view(self, state: ProjectState) -> ProjectView:
        """Returns a project as it is; made once for all events that have it."""
        version = (state.last_sequence, sum(state.attempts.values()))
        known = self._views.get(state.project_id)
        if known is None or known[0] != version:
            if len(self._views) > _VIEWS:
                self._views.clear()
            known = self._views[state.project_id] = (version, project_view(state))
        return known[1]


def _present(state: ProjectState) -> Event:
    return Event(
        kind="state",
        sequence=state.last_sequence,
        project_id=state.project_id,
        revision=state.run.revision,
        scene_number=None,
        at=state.updated_at or datetime.now(UTC),
        project=project_view(state),
    )
