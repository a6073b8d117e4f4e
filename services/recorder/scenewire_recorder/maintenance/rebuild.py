"""Restores what was lost: rows from the log, the log from the stream, the stream from the log."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Self
from uuid import UUID

from scenewire.bus.client import BusClient
from scenewire.messages import ScriptRequested
from scenewire.messages.headers import CORRELATION_ID, MESSAGE_ID, SERVER_PREFIX
from scenewire.record.content import parse
from scenewire.record.queries import ENDS, Record, Row
from scenewire_recorder.log_entries import read
from scenewire_recorder.projection.path_layouts import FOLDS, Fold, Layout
from scenewire_recorder.repository import ALL_SCENES, Repository, UnitOfWork
from scenewire_recorder.stage import RecorderStage

__all__ = [
    "Rebuilt",
    "Restored",
    "Stored",
    "log_from_stream",
    "rows_from_log",
    "stream_from_log",
    "stream_lacks_messages",
]


@dataclass(frozen=True, kw_only=True)
class Rebuilt:
    """Result of rebuilding rows.

    Attributes:
        projects: projects in the log.
        mended: projects whose rows differed from the log.
        index: whether the full-text index differed from the videos.
    """

    projects: int
    mended: int
    index: bool = False


@dataclass(frozen=True, kw_only=True)
class Restored:
    """Result of restoring the stream.

    Attributes:
        messages: number of restored messages by unfinished project.
        ends: number of restored ends of other projects, so that workers do not resume them.
    """

    messages: dict[str, int]
    ends: int


@dataclass(frozen=True, kw_only=True)
class Stored:
    """A message to be published again."""

    subject: str
    message_id: str
    headers: dict[str, str]
    body: bytes

    @classmethod
    def from_log(cls, row: Row) -> Self:
        """Returns a valid message of the log with its original id and headers.

        An order without ids gets those that readers derived from its sequence: its next sequence is another one.
        """
        headers, body = json.loads(row["headers"]), row["body"]
        message_id = headers.get(MESSAGE_ID)
        content, _ = parse(row["subject"], body)
        if isinstance(content, ScriptRequested) and content.project_id is None:
            body = json.dumps(json.loads(body) | {"project_id": row["project_id"]}, ensure_ascii=False)
            message_id = None
        if message_id != row["message_id"]:  # it had none, or that of another message
            if isinstance(content, ScriptRequested):
                content = content.model_copy(update={"project_id": UUID(row["project_id"])})
            if content is not None:
                message_id = content.message_id
        kept = {name: value for name, value in headers.items() if not name.startswith(SERVER_PREFIX)}
        return cls(
            subject=row["subject"],
            message_id=message_id,
            headers={CORRELATION_ID: row["project_id"], **kept, MESSAGE_ID: message_id},
            body=body.encode(),
        )


async def rows_from_log(record: Record, repository: Repository, *, layout: Layout = "plain") -> Rebuilt:
    """Rebuilds the rows of every project from the log.

    Rows and columns of other applications are kept. It is one transaction: readers see the old rows until it ends, and
    a running recorder waits.

    Raises:
        PipelineError: `database_unavailable`; nothing was changed.
    """
    projects = await record.logged_projects()
    return await asyncio.to_thread(_rebuild, repository, projects, FOLDS[layout])


async def log_from_stream(stage: RecorderStage, client: BusClient) -> int:
    """Records every message in the stream and returns their number.

    Raises:
        PipelineError: `bus_unavailable` or `database_unavailable`; messages recorded until then are kept.
    """
    count = 0
    async for batch in client.read_all():
        await stage.record(batch)
        count += len(batch)
    return count


async def stream_from_log(record: Record, client: BusClient) -> Restored:
    """Publishes logged messages that a stream has lost.

    For an unfinished project, these are all messages of its latest run, in order and with the same ids: workers find
    their stored results and continue. For an ended project, it is the end only, if the stream has other messages of it.
    Messages in the stream are not published again, so that a repetition changes nothing.

    Raises:
        PipelineError: `bus_unavailable` or `database_unavailable`; messages published until then are kept.
    """
    present = await _present(client)
    ends, messages = 0, dict[str, int]()
    async for row in _missing_ends(record, present):
        ends += await _restore(client, Stored.from_log(row), present)
    async for row in record.unfinished_messages():
        if row["message_id"] not in present and await _restore(client, Stored.from_log(row), present):
            messages[row["project_id"]] = messages.get(row["project_id"], 0) + 1
    return Restored(messages=messages, ends=ends)


async def stream_lacks_messages(record: Record, client: BusClient) -> bool:
    """Returns whether `stream_from_log` would publish anything.

    Raises:
        PipelineError: `bus_unavailable` or `database_unavailable`.
    """
    present = await _present(client)
    ends = [row async for row in _missing_ends(record, present)]
    missing = [row async for row in record.unfinished_messages() if row["message_id"] not in present]
    return bool(ends) or any(Stored.from_log(row).message_id not in present for row in missing)


def _rebuild(repository: Repository, projects: Sequence[str], fold: Fold) -> Rebuilt:
    with repository.unit_of_work() as work:
        index = work.repair_index()  # first: a damaged one prevents changes of the videos
        mended = sum(_rebuild_project(work, project_id, fold) for project_id in projects)
    return Rebuilt(projects=len(projects), mended=mended, index=index)


def _rebuild_project(work: UnitOfWork, project_id: str, fold: Fold) -> bool:
    before = work.load({project_id: ALL_SCENES})[project_id]
    entries = work.entries_of(project_id)
    after = fold(before.restarted(entries), entries)
    for number in after.scenes:
        after.suggestions.setdefault(number, {})
        after.footage.setdefault(number, {})
    work.save([(before, after)])
    work_differs = work.rebuild_work(project_id, entries)
    shown = attrgetter("project", "scenes", "suggestions", "footage", "job")
    return work_differs or bool(shown(before) != shown(after))


async def _present(client: BusClient) -> set[str]:
    """Returns the ids of all messages in the stream: their own, and those that the log derives."""
    present: set[str] = set()
    async for batch in client.read_all(headers_only=True):
        for message in batch:
            entry = read(message)
            present |= {entry.message_id, entry.spare_id}
    return present


async def _missing_ends(record: Record, present: set[str]) -> AsyncIterator[Row]:
    """Yields the last ends that the stream has lost, for projects of which it has other messages."""
    project_id, in_stream, missing = None, False, None
    async for row in record.ended_messages():
        if row["project_id"] != project_id:
            if in_stream and missing is not None:
                yield await record.message(missing)
            project_id, in_stream, missing = row["project_id"], False, None
        there = row["message_id"] in present
        in_stream = in_stream or there
        if row["subject"] in ENDS:
            missing = None if there else row["message_id"]
    if in_stream and missing is not None:
        yield await record.message(missing)


async def _restore(client: BusClient, message: Stored, present: set[str]) -> bool:
    if message.message_id in present:
        return False
    return await client.restore(message.subject, message.body, message.headers)
