"""Stops the work for projects that have failed, were cancelled or were deleted.

Every process reads them for itself: a durable that replicas share would deliver an end to one of them only.
"""

import asyncio
import sys
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, aclosing
from typing import Final
from uuid import UUID

import structlog
from nats.aio.client import Client
from pydantic import ValidationError

from scenewire.bus.reading.stream_reader import StreamReader
from scenewire.errors import TransientError
from scenewire.messages import Message, ProjectCancelled, ProjectDeleted, ProjectFailed, StoredMessage

__all__ = ["EndedProjects"]

_ENDS: Final = "project.*"

_CATCH_UP_TIMEOUT_S: Final = 10.0
"""How long a start waits for earlier ends; a slower reader works for ended projects for a while, nothing worse."""

_EVERY_REVISION: Final = sys.maxsize
"""A deleted project has ended at every revision, also at later ones."""

log = structlog.get_logger(__name__)


class EndedProjects:
    """Keeps track of ended projects, and cancels the work in flight for them."""

    def __init__(self) -> None:
        self._revisions: dict[UUID, int] = {}
        self._working: defaultdict[UUID, dict[asyncio.Task[None], int]] = defaultdict(dict)
        self._following = AsyncExitStack()

    async def listen(self, client: Client) -> None:
        """Follows the ends of projects until `close`; returns once the earlier ends are known.

        Raises:
            PermanentError: `bus_not_provisioned`, the server is too old.
        """
        reader = StreamReader(client)
        sequence = 1
        try:
            async with asyncio.timeout(_CATCH_UP_TIMEOUT_S), aclosing(reader.batches(_ENDS)) as batches:
                async for batch in batches:
                    for message in batch:
                        self._receive(message)
                    sequence = batch[-1].sequence + 1
        except (TimeoutError, TransientError) as error:
            log.warning("ended_projects_unread", from_sequence=sequence, error=repr(error))
        await self._following.enter_async_context(reader.following(_ENDS, self._receive, from_sequence=sequence))

    async def close(self) -> None:
        """Stops following."""
        await self._following.aclose()

    def includes(self, project_id: UUID | None, revision: int) -> bool:
        """Returns whether a project has ended at this revision or a later one."""
        return project_id is not None and revision <= self._revisions.get(project_id, -1)

    def includes_deletion(self, project_id: UUID) -> bool:
        """Returns whether a project was deleted."""
        return self.includes(project_id, _EVERY_REVISION)

    async def work(self, work: Callable[[], Awaitable[None]], project_id: UUID, revision: int) -> None:
        """Works for a revision of a project; cancels the work and returns when that revision ends, or a later one."""
        task = asyncio.create_task(_done(work))  # it may be cancelled before it begins
        self._working[project_id][task] = revision
        try:
            await task
        except asyncio.CancelledError:
            ours = asyncio.current_task()
            if (ours is not None and ours.cancelling()) or not self.includes(project_id, revision):
                raise
            log.info("work_stopped", project_id=str(project_id))
        finally:
            del self._working[project_id][task]
            if not self._working[project_id]:
                del self._working[project_id]

    def _receive(self, message: StoredMessage) -> None:
        model: type[Message] = ProjectFailed if message.subject == ProjectFailed.SUBJECT else ProjectCancelled
        try:
            ended = model.model_validate_json(message.body)
        except ValidationError:
            log.warning("unreadable_end", subject=message.subject)  # the recorder logs it
            return
        is_deletion = message.subject == ProjectDeleted.SUBJECT
        until = _EVERY_REVISION if is_deletion else ended.revision
        self._revisions[ended.project_id] = max(until, self._revisions.get(ended.project_id, -1))
        for task, revision in self._working.get(ended.project_id, {}).items():
            if revision <= until:
                task.cancel()


async def _done(work: Callable[[], Awaitable[None]]) -> None:
    await work()
