"""Maintenance of the record for the command: plain arguments in, plain data out."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from scenewire.artifacts.pruning import Usage
from scenewire.bus.client import bus_client
from scenewire.bus.connection import BusAddress
from scenewire.database.condition import examine, require_current, revisions
from scenewire.database.engine import writing_engine
from scenewire.database.revision import downgrade, upgrade
from scenewire.errors import FailureCode, PermanentError
from scenewire.record.queries import Row, opened
from scenewire_recorder.maintenance import retention
from scenewire_recorder.maintenance.rebuild import log_from_stream, rows_from_log, stream_from_log
from scenewire_recorder.repository import Repository
from scenewire_recorder.settings import RecorderSettings
from scenewire_recorder.stage import RecorderStage

__all__ = [
    "check",
    "deleted_before",
    "disposable_content",
    "ended_before",
    "forget",
    "rebuild",
    "rebuild_from_stream",
    "restore_stream",
    "set_schema",
    "usage",
]


async def disposable_content(database_url: str, project_id: str) -> list[str]:
    """Returns keys of files that were needed only while a project's video was made."""
    await require_current(database_url)
    async with opened(database_url) as record:
        return sorted(await retention.disposable(record, project_id))


async def usage(database_url: str, *, deleted_before: datetime) -> Usage:
    """Returns which files the projects on record use; documents of projects deleted before that time may go."""
    await require_current(database_url)
    async with opened(database_url) as record:
        return await retention.usage(record, deleted_before=deleted_before)


async def ended_before(database_url: str, time: datetime) -> list[Row]:
    """Returns `project_id`, `revision` and `last` of projects whose last message, an end, is older than a time."""
    await require_current(database_url)
    async with opened(database_url) as record:
        return await retention.ended_before(record, time)


async def deleted_before(database_url: str, time: datetime) -> list[str]:
    """Returns the ids of projects that were deleted before a time and are still on record."""
    await require_current(database_url)
    async with opened(database_url) as record:
        return await retention.deleted_before(record, time)


async def forget(database_url: str, project_ids: Sequence[str]) -> int:
    """Removes deleted projects from the record, one after the other; returns the number of removed messages."""
    await require_current(database_url)
    repository = Repository(writing_engine(database_url))
    try:
        async with opened(database_url) as record:
            return await retention.forget(record, repository, project_ids)
    finally:
        repository.close()


async def rebuild(database_url: str) -> Row:
    """Rebuilds the rows from the log."""
    await require_current(database_url)
    repository = Repository(writing_engine(database_url))
    try:
        async with opened(database_url) as record:
            return asdict(await rows_from_log(record, repository, layout=_settings(database_url).layout))
    finally:
        repository.close()


async def rebuild_from_stream(database_url: str, nats_url: str) -> Row:
    """Records every message in the stream, into a new database if there is none, then rebuilds the rows.

    Raises:
        PipelineError: also `bus_unavailable`.
    """
    await upgrade(database_url)
    repository, settings = Repository(writing_engine(database_url)), _settings(database_url, nats_url)
    try:
        async with bus_client(BusAddress.from_settings(settings)) as client:
            messages = await log_from_stream(RecorderStage(repository, layout=settings.layout), client)
    finally:
        repository.close()
    return {"messages": messages, **await rebuild(database_url)}


async def restore_stream(database_url: str, nats_url: str) -> Row:
    """Publishes the messages of unfinished projects that the stream has lost.

    Raises:
        PipelineError: also `bus_unavailable`.
    """
    await require_current(database_url)
    address = BusAddress.from_settings(_settings(database_url, nats_url))
    async with bus_client(address) as client, opened(database_url) as record:
        return asdict(await stream_from_log(record, client))


async def set_schema(database_url: str, revision: str) -> Row:
    """Upgrades the database to `head` or downgrades it to an earlier schema, and examines it.

    Raises:
        PermanentError: `not_on_record`, the schema does not exist.
    """
    earlier = (*revisions()[1:], "base")
    if revision == "head":
        await upgrade(database_url)
    elif revision in earlier:
        await downgrade(database_url, revision)
    else:
        message = f"there is no earlier schema {revision!r}"
        raise PermanentError(FailureCode.NOT_ON_RECORD, message, hint=f"there are {', '.join(earlier)}")
    return await check(database_url)


async def check(database_url: str) -> Row:
    """Examines the database; reads all of it."""
    return asdict(await examine(database_url))


def _settings(database_url: str, nats_url: str | None = None) -> RecorderSettings:
    bus = {} if nats_url is None else {"nats_url": nats_url}
    return RecorderSettings.model_validate({"database_url": database_url, **bus})
