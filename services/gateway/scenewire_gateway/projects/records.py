"""Reads of the record for the gateway, as fresh as what its callers have seen."""

import asyncio
import time
from collections import OrderedDict
from typing import Final
from uuid import UUID

from scenewire.bus.client import BusClient
from scenewire.errors import FailureCode, PermanentError, TransientError
from scenewire.record import reads
from scenewire.record.costs import costs
from scenewire.record.queries import Record, Row
from scenewire.topology import RECORDER
from scenewire_gateway.projects.state import ProjectState, Run
from scenewire_gateway.projects.storyboard import Storyboard, read_storyboard

__all__ = ["Records", "run_of"]

_PATIENCE_S: Final = 5.0
"""How long a reader waits for the recorder, which is normally a quarter of a second behind."""

_POLL_S: Final = 0.05

_MAX_WORDS: Final = 10

_KEPT: Final = 32
"""Storyboards that are kept until a message changes them: a page asks for every scene's files."""


class Records:
    """Reads what the recorder has written, once it has written what is known to exist.

    Args:
        record: the record.
        bus: tells how far the recorder is.
    """

    def __init__(self, record: Record, bus: BusClient) -> None:
        self._record = record
        self._bus = bus
        self._boards: OrderedDict[tuple[UUID, int], tuple[int, Storyboard]] = OrderedDict()

    async def storyboard(self, project: ProjectState, revision: int | None = None) -> Storyboard:
        """Returns the storyboard of a revision, of the latest if None.

        Raises:
            PermanentError: `not_on_record`, there is no such revision.
            TransientError: `database_unavailable`, the recorder is behind.
        """
        run = run_of(project, revision)
        key = (project.project_id, run.revision)
        sequence, board = self._boards.get(key, (-1, None))
        if board is None or sequence < project.last_sequence:
            sequence = project.last_sequence
            await self._catch_up(project)
            board = read_storyboard(await self._record.run(str(project.project_id), run.revision))
            self._boards[key] = (sequence, board)
        self._boards.move_to_end(key)
        while len(self._boards) > _KEPT:
            self._boards.popitem(last=False)
        return board

    async def messages(self, project: ProjectState) -> list[Row]:
        """Returns orders, scripts and ends of a project, in order.

        Raises:
            TransientError: `database_unavailable`, the recorder is behind.
        """
        await self._catch_up(project)
        return await self._record.outlines([str(project.project_id)])

    async def cost(self, project: ProjectState) -> Row:
        """Returns what the work of a project took; see `scenewire.record.costs.costs`.

        Raises:
            TransientError: `database_unavailable`, the recorder is behind.
        """
        await self._catch_up(project)
        found = str(project.project_id)
        videos = [run.video.duration for run in project.versions if run.video is not None]
        rows = await self._record.work(found)
        return {"project_id": found, **costs(rows, video_seconds=videos[-1] if videos else None)}

    async def messages_after(self, project: ProjectState, sequence: int, *, limit: int) -> list[Row]:
        """Returns every message of a project that the stream has after a sequence, in its order.

        Raises:
            TransientError: `database_unavailable`, the recorder is behind.
        """
        await self._catch_up(project)
        return await self._record.messages_after(str(project.project_id), sequence, limit=limit)

    async def search(self, words: str, *, limit: int) -> tuple[list[UUID], list[Row]]:
        """Returns the projects and the footage that have all of these words: project ids, and sources with their scenes."""
        wanted = words.split()[:_MAX_WORDS]
        if not wanted:
            return [], []
        ids = await self._record.search_projects(wanted, limit=limit)
        return [UUID(found) for found in ids], await reads.footage_sources(self._record, words, limit=limit)

    async def rows(self, project_id: UUID) -> Row | None:
        """Returns the row of a project with its `scenes`, as the prior web application reads them."""
        return await self._record.project(str(project_id))

    async def recent_rows(self, *, limit: int) -> list[Row]:
        """Returns rows of projects, the most recently active first."""
        return await self._record.projects(limit=limit)

    async def _catch_up(self, project: ProjectState) -> None:
        deadline, seen = time.monotonic() + _PATIENCE_S, project.last_sequence  # more messages may come meanwhile
        while await self._bus.acknowledged(RECORDER) < seen:
            if time.monotonic() > deadline:
                message = f"the record is behind: it lacks messages of project {project.project_id}"
                raise TransientError(FailureCode.DATABASE_UNAVAILABLE, message, hint="see whether the recorder runs")
            await asyncio.sleep(_POLL_S)


def run_of(project: ProjectState, revision: int | None) -> Run:
    """Returns a revision of a project, the latest if None.

    Raises:
        PermanentError: `not_on_record`.
    """
    if revision is None:
        return project.run
    if revision not in project.runs:
        known = ", ".join(map(str, sorted(project.runs)))
        message = f"project {project.project_id} has no revision {revision}"
        raise PermanentError(FailureCode.NOT_ON_RECORD, message, hint=f"it has {known}")
    return project.runs[revision]
