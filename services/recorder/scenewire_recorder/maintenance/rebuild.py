"""Makes anew what was lost: the rows from the log, the log from the stream, the stream from the log."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Final, Self
from uuid import UUID

from scenewire.bus.client import BusClient
from scenewire.messages import MAX_SCENES, ScriptRequested
from scenewire.messages.headers import CORRELATION_ID, MESSAGE_ID, SERVER_PREFIX
from scenewire_recorder.log_entries import parse, read
from scenewire_recorder.projection.media_rows import Row
from scenewire_recorder.projection.path_layouts import FOLDS, Fold, Layout
from scenewire_recorder.queries import ENDS, Record
from scenewire_recorder.repository import Repository, UnitOfWork
from scenewire_recorder.stage import RecorderStage

__all__ = ["Rebuilt", "Restored", "Stored", "log_from_stream", "rows_from_log", "stream_from_log"]

_ALL_SCENES: Final = frozenset(range(1, MAX_SCENES + 1))


@dataclass(frozen=True, kw_only=True)
class Rebuilt:
    """What was found to be otherwise than the log says.

    Attributes:
        projects: how many the log knows.
        mended: how many of them had rows that were not as it says.
        index: whether the full-text index was not as the videos are.
    """

    projects: int
    mended: int
    index: bool = False


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What the stream was given back.

    Attributes:
        messages: by the id of the unfinished project, how many it lacked.
        ends: how many ends of others, so that what it still holds of them is not taken up again.
    """

    messages: dict[str, int]
    ends: int


@dataclass(frozen=True, kw_only=True)
class Stored:
    """A message as the stream had it."""

    subject: str
    message_id: str
    headers: dict[str, str]
    body: bytes

    @classmethod
    def from_log(cls, row: Row) -> Self:
        """A valid message of the log, under the id and with the headers that it came with.

        An order that somebody typed may lack its ids. It gets those that everybody derived from its place in the
        stream: its next place is another one.
        """
        headers, body = json.loads(row["headers"]), row["body"]
        message_id = headers.get(MESSAGE_ID)
        content, _ = parse(row["subject"], body)
        if isinstance(content, ScriptRequested) and content.project_id is None:
            body = json.dumps(json.loads(body) | {"project_id": row["project_id"]}, ensure_ascii=False)
            message_id = None
        if message_id != row["message_id"]:  # it came without, or with that of another message
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
    """Makes the rows of every project in the log what its messages make of them, whatever they were.

    Rows and columns of other applications stay. It is one transaction: readers see the old rows until it is done, and
    a recorder that runs meanwhile waits.

    Raises:
        PipelineError: `database_unavailable`; nothing was changed.
    """
    projects = await record.logged_projects()
    return await asyncio.to_thread(_rebuild, repository, projects, FOLDS[layout])


async def log_from_stream(stage: RecorderStage, client: BusClient) -> int:
    """Records everything that the stream holds, as if it came for the first time; returns how many messages that is.

    Raises:
        PipelineError: `bus_unavailable` or `database_unavailable`; what was recorded until then stays.
    """
    count = 0
    async for batch in client.read_all():
        await stage.record(batch)
        count += len(batch)
    return count


async def stream_from_log(record: Record, client: BusClient) -> Restored:
    """Publishes again what a stream lacks that came back empty, or older than it was.

    Of an unfinished project that is everything its latest run has said, in order and under the same ids: workers find
    their stored results and go on where they were. Of one that has ended it is its end alone, and that only where the
    stream holds other messages of it. What the stream has is left alone, so that a repetition changes nothing.

    Raises:
        PipelineError: `bus_unavailable` or `database_unavailable`; what was published until then stays.
    """
    present = await _present(client)
    ends, messages = 0, dict[str, int]()
    async for row in _missing_ends(record, present):
        ends += await _put_back(client, Stored.from_log(row), present)
    async for row in record.unfinished_messages():
        if row["message_id"] not in present and await _put_back(client, Stored.from_log(row), present):
            messages[row["project_id"]] = messages.get(row["project_id"], 0) + 1
    return Restored(messages=messages, ends=ends)


def _rebuild(repository: Repository, projects: Sequence[str], fold: Fold) -> Rebuilt:
    with repository.unit_of_work() as work:
        index = work.repair_index()  # first: a damaged one stops changes of the videos
        mended = sum(_rebuild_project(work, project_id, fold) for project_id in projects)
    return Rebuilt(projects=len(projects), mended=mended, index=index)


def _rebuild_project(work: UnitOfWork, project_id: str, fold: Fold) -> bool:
    before = work.load({project_id: _ALL_SCENES})[project_id]
    after = fold(before.restarted(), work.entries_of(project_id))
    for number in before.scenes:
        after.suggestions.setdefault(number, {})
    work.save([(before, after)])
    shown = attrgetter("project", "scenes", "suggestions", "job")
    return bool(shown(before) != shown(after))


async def _present(client: BusClient) -> set[str]:
    """The ids of all messages in the stream: those that they came with, and those that the log gives."""
    present: set[str] = set()
    async for batch in client.read_all(headers_only=True):
        for message in batch:
            entry = read(message)
            present |= {entry.message_id, entry.spare_id}
    return present


async def _missing_ends(record: Record, present: set[str]) -> AsyncIterator[Row]:
    """The last ends that are not in the stream, of projects that are in it."""
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


async def _put_back(client: BusClient, message: Stored, present: set[str]) -> bool:
    if message.message_id in present:
        return False
    return await client.restore(message.subject, message.body, message.headers)
