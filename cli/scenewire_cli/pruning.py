"""Removes what is old: intermediate files, whole projects, and the record of deleted projects."""

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote
from uuid import UUID

from scenewire.artifacts.deletions import Deletions
from scenewire.artifacts.pruning import IN_USE, Limits, Pruned, prune_files
from scenewire.artifacts.store import ArtifactStore
from scenewire.errors import FailureCode, PermanentError, TransientError
from scenewire.messages import ProjectDeleted
from scenewire_cli.stack.connection import Access

if TYPE_CHECKING:
    from scenewire.record.queries import Row

__all__ = ["Outcome", "PruneLimits", "Pruning", "known_record"]


@dataclass(frozen=True, kw_only=True)
class PruneLimits:
    """What may stay; None sets no limit.

    Attributes:
        files: intermediate files.
        projects: how long an ended project stays after its last message.
        record: how long a deleted project stays on record after its last message.
    """

    files: Limits = field(default_factory=Limits)
    projects: timedelta | None = None
    record: timedelta | None = None

    def __bool__(self) -> bool:
        """Whether anything is limited."""
        return self != PruneLimits()


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What was removed, or would be.

    Attributes:
        files: intermediate files.
        projects: ids of the projects that were deleted.
        forgotten: ids of the projects that were removed from the record.
    """

    files: Pruned
    projects: Sequence[str] = ()
    forgotten: Sequence[str] = ()


@asynccontextmanager
async def known_record(access: Access, store: ArtifactStore, record_url: str | None) -> AsyncIterator[str]:
    """Yields the URL of a record that has every message of the stream.

    Args:
        access: the bus.
        store: has room for a temporary record.
        record_url: the record; None if there is none: then the stream is recorded in a temporary one.

    Raises:
        TransientError: `database_unavailable`, the record is behind the stream.
    """
    from scenewire_recorder import api

    if record_url is None:
        async with store.scratch() as folder:
            temporary = f"sqlite:///{quote(os.fsencode(folder / 'stream.db'))}"
            await api.rebuild_from_stream(temporary, access.endpoint.nats_url)
            yield temporary
        return
    if not await access.await_record((await access.bus.state()).last_sequence):
        raise TransientError(
            FailureCode.DATABASE_UNAVAILABLE,
            "the record is behind the stream, so it is unknown what is in use",
            hint="check that the recorder runs, and run the same command again",
        )
    yield record_url


class Pruning:
    """Removes what limits do not allow to stay. Services may run meanwhile; safe to kill and to repeat.

    Args:
        access: the bus.
        store: the artifacts.
        record_url: a record that has every message of the stream.
        limits: what may stay.
        now: the present.
    """

    def __init__(
        self, access: Access, store: ArtifactStore, record_url: str, limits: PruneLimits, *, now: datetime
    ) -> None:
        self._access = access
        self._store = store
        self._record_url = record_url
        self._limits = limits
        self._now = now

    async def old_projects(self) -> "list[Row]":
        """Returns the projects that are to be deleted, oldest first."""
        from scenewire_recorder import api

        age = self._limits.projects
        return [] if age is None else await api.ended_before(self._record_url, self._now - age)

    async def old_records(self) -> list[str]:
        """Returns the ids of the deleted projects that are to be removed from the record, oldest first.

        Raises:
            PermanentError: `invalid_order`, the stream keeps messages for longer than the record is to keep them.
        """
        from scenewire_recorder import api

        age = self._limits.record
        if age is None:
            return []
        stream_age = (await self._access.bus.state()).max_age
        if age < stream_age:
            raise PermanentError(
                FailureCode.INVALID_ORDER,
                f"--record-older-than must be at least {stream_age.days} days: the stream keeps messages for as long, "
                "and `scenewire rebuild --from-stream` would bring them back",
                hint=f"pass {stream_age.days}d or more",
            )
        return await api.deleted_before(self._record_url, self._now - age)

    async def run(self, projects: "Sequence[Row]", records: Sequence[str], *, with_record: bool) -> Outcome:
        """Deletes projects, removes files, and removes projects from the record.

        Args:
            projects: see `old_projects`.
            records: see `old_records`.
            with_record: whether a recorder removes the rows of deleted projects.

        Raises:
            PipelineError: the bus, the store or the database cannot be used.
        """
        from scenewire_recorder import api

        await self._delete(projects, with_record=with_record)
        files = await self.prune_files(dry_run=False)
        await api.forget(self._record_url, records)
        return Outcome(files=files, projects=[row["project_id"] for row in projects], forgotten=records)

    async def prune_files(self, *, dry_run: bool) -> Pruned:
        """Removes intermediate files; see `scenewire.artifacts.pruning.prune_files`."""
        from scenewire_recorder import api

        usage = await api.usage(self._record_url, deleted_before=self._now - IN_USE)
        return await prune_files(self._store, usage, self._limits.files, now=self._now, dry_run=dry_run)

    async def _delete(self, projects: "Sequence[Row]", *, with_record: bool) -> None:
        """Deletes projects as `scenewire delete` does."""
        sequence = None
        for row in projects:
            deleted = ProjectDeleted(
                project_id=UUID(row["project_id"]),
                revision=row["revision"],
                reason=f"not active since {row['last']}",
            )
            sequence = await self._access.bus.publish(deleted)
            if self._access.stack is not None:
                await Deletions(self._store).delete(deleted)  # no assembly does
        if sequence is not None and with_record:
            await self._access.await_record(sequence)
