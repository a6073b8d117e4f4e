"""The states of projects: from the record, and from the messages that it does not have yet."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Final
from uuid import UUID

from scenewire.bus.client import BusClient
from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import Progress, StoredMessage, read_id_prefix, select_id
from scenewire.record.queries import Record
from scenewire.topology import PIPELINE, RECORDER
from scenewire_gateway.projects.entries import Entry, logged_entry, streamed_entry
from scenewire_gateway.projects.state import ProjectState, State

__all__ = ["MAX_SEEN", "Board"]

_RECENT: Final = 5_000
"""Messages that are kept for projects which are loaded later; the recorder is normally a quarter of a second behind."""

_KNOWN: Final = 2_000
"""Projects whose state is kept; others are loaded again."""

_ID_HINT: Final = "take the id from the list of projects"
"""For browsers, programs and agents alike."""

_PAGE: Final = 100
MAX_SEEN: Final = 2_000
"""Projects that are looked through for those in a state."""

_PATIENCE_S: Final = 2.0
"""How long an answer waits for what it has caused; it is a matter of milliseconds."""


class Board:
    """Knows the state of every project.

    Args:
        record: where projects are loaded from.
        bus: the stream, for what the record does not have yet.
    """

    def __init__(self, record: Record, bus: BusClient) -> None:
        self._record = record
        self._bus = bus
        self._states: OrderedDict[UUID, ProjectState] = OrderedDict()
        self._news = asyncio.Event()
        self._recent: deque[Entry] = deque(maxlen=_RECENT)

    def hear(self, message: StoredMessage) -> Entry | None:
        """Takes in a message of the stream; returns its entry, None if it concerns no project."""
        entry = streamed_entry(message)
        if entry is None:
            return None
        self._recent.append(entry)
        self._news.set()
        self._news = asyncio.Event()
        if (state := self._states.get(entry.project_id)) is not None:
            state.apply([entry])
        return entry

    def hear_of(self, progress: Progress) -> None:
        """Counts attempts that are repeated."""
        state = self._states.get(progress.project_id)
        if state is not None and progress.state == "retrying":
            state.attempts[progress.scene_number] = state.attempts.get(progress.scene_number, 1) + 1

    async def find(self, text: str) -> ProjectState:
        """Returns the project whose id, or its beginning, somebody has given.

        Raises:
            PermanentError: `invalid_order`, too short; `not_on_record`, there is no such project, or there are several.
            PipelineError: the record or the bus cannot be read.
        """
        prefix = read_id_prefix(text, hint=_ID_HINT)
        new = {str(entry.project_id) for entry in self._recent if str(entry.project_id).startswith(prefix)}
        ids = [UUID(known) for known in sorted({*await self._record.ids_beginning(prefix), *new})]
        found = {str(state.project_id): state for state in await self.states(ids)}
        if not found:
            await self._refuse_deleted(prefix, ids)
        whole = prefix if prefix in found else select_id(prefix, list(found), place="on record", hint=_ID_HINT)
        return found[whole]

    async def _refuse_deleted(self, prefix: str, ids: Sequence[UUID]) -> None:
        gone = [str(project_id) for project_id in ids if project_id in self._states]  # not recorded yet
        if gone := gone or await self._record.deleted_ids_beginning(prefix):
            message = f"project {gone[0]} was deleted"
            raise PermanentError(FailureCode.NOT_ON_RECORD, message, hint="order the video again")

    async def states(self, project_ids: Sequence[UUID]) -> list[ProjectState]:
        """Returns the states of projects, in the given order, without those that were deleted or have no message."""
        missing = [project_id for project_id in project_ids if project_id not in self._states]
        if missing:
            await self._load(missing)
        found = [self._states[project_id] for project_id in project_ids if project_id in self._states]
        for state in found:
            self._states.move_to_end(state.project_id)
        while len(self._states) > _KNOWN:
            self._states.popitem(last=False)
        return [state for state in found if not state.is_deleted]

    async def expect(self, project_id: UUID, revision: int) -> ProjectState | None:
        """Waits a moment until a revision of a project is known; returns None if the bus is late."""

        async def known() -> ProjectState | None:
            states = await self.states([project_id])
            return states[0] if states and revision in states[0].runs else None

        return await self._soon(known)

    async def expect_end(self, project: ProjectState) -> ProjectState:
        """Waits a moment until a project has ended."""

        async def ended() -> ProjectState | None:
            return None if project.run.end is None else project

        return await self._soon(ended) or project

    async def expect_deletion(self, project: ProjectState) -> None:
        """Waits a moment until a project is known to be deleted."""

        async def deleted() -> ProjectState | None:
            return None if await self.states([project.project_id]) else project

        await self._soon(deleted)

    async def _latest(self, *, limit: int, offset: int) -> list[UUID]:
        """Returns ids of projects, the most recently active first; those without a state are among them."""
        ids = [UUID(found) for found in await self._record.project_ids(limit=limit, offset=offset)]
        if offset == 0:
            new = dict.fromkeys(entry.project_id for entry in reversed(self._recent))
            ids = [*(project_id for project_id in new if project_id not in ids), *ids]
        return ids

    async def listed(self, state: State | None = None, *, limit: int, offset: int = 0) -> list[ProjectState]:
        """Returns projects in a state, in any if None, the most recently active first.

        Args:
            state: that they are in.
            limit: the number of projects.
            offset: projects to leave out before them.
        """
        found: dict[UUID, ProjectState] = {}
        first = offset if state is None else 0  # those in a state have to be counted
        wanted = slice(offset - first, offset - first + limit)
        for start in range(first, first + MAX_SEEN, _PAGE):
            ids = await self._latest(limit=_PAGE, offset=start)
            page = await self.states(ids)
            found |= {project.project_id: project for project in page if state in (None, project.run.state)}
            if len(ids) < _PAGE or len(found) >= wanted.stop:
                break
        return list(found.values())[wanted]

    async def _soon(self, look: Callable[[], Awaitable[ProjectState | None]]) -> ProjectState | None:
        """Looks again after each message, for a moment."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE_S):
                while True:
                    news = self._news
                    if (found := await look()) is not None:
                        return found
                    await news.wait()
        return None

    async def _load(self, project_ids: Sequence[UUID]) -> None:
        floor = await self._bus.acknowledged(RECORDER)
        rows = await self._record.outlines([str(project_id) for project_id in project_ids])
        entries = [*map(logged_entry, rows), *await self._unrecorded(floor), *self._recent]
        loaded: dict[UUID, ProjectState] = {}
        for entry in entries:
            if entry.project_id in project_ids:
                loaded.setdefault(entry.project_id, ProjectState(entry.project_id)).apply([entry])
        self._states |= loaded

    async def _unrecorded(self, floor: int) -> list[Entry]:
        """Returns what the record may lack beyond the messages kept here: only after an outage of the recorder.

        The first message that a board hears is the first one that is not on record.
        """
        is_complete = len(self._recent) < _RECENT or self._recent[0].sequence <= floor + 1
        if is_complete:
            return []
        behind = self._bus.stored(PIPELINE.subjects, from_sequence=floor + 1)
        return [entry async for message in behind if (entry := streamed_entry(message)) is not None]
