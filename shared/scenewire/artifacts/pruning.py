"""Removes intermediate files by age and size: those that have not been used for longest go first."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from scenewire.artifacts.store import ArtifactStore, StoredFile

__all__ = ["IN_USE", "Limits", "ProjectAge", "Pruned", "Usage", "prune_files"]

IN_USE: Final = timedelta(days=1)
"""How long a file stays after its last use in any case: an upload waits for its order, a result for its message."""

_FOLDERS: Final = ("content", "results")
_OF_PROJECT: Final = re.compile(r"results/[^/]+/([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})-")
"""Documents of one project: its scripts, its claim of the id, its choice of music. No other inputs give them again."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How many intermediate files stay.

    Attributes:
        age: how long a file stays after its last use; at least `IN_USE`. None sets no limit.
        size: what all files may take, bytes. None sets no limit.
    """

    age: timedelta | None = None
    size: int | None = None


@dataclass(frozen=True, kw_only=True)
class ProjectAge:
    """When a project was first and last active; `last` is None while it is unfinished."""

    first: datetime
    last: datetime | None


@dataclass(frozen=True, kw_only=True)
class Usage:
    """What projects use.

    Attributes:
        files: by key, when the last project that names a file was active; None while one is unfinished.
        projects: those whose messages are known.
        gone: ids of deleted projects, whose documents may go.
    """

    files: Mapping[str, datetime | None] = field(default_factory=dict)
    projects: Collection[ProjectAge] = ()
    gone: Collection[str] = ()

    def last_use(self, file: StoredFile) -> datetime | None:
        """Returns when a file was last written or used; None while it is in use."""
        used = self.files.get(file.key, file.written)
        return None if used is None else max(used, file.written)

    def first_active(self, since: datetime) -> datetime:
        """Returns the beginning of the first project that was active since a time; that time if there is none."""
        active = (project.first for project in self.projects if project.last is None or project.last >= since)
        return min([since, *active])


@dataclass(frozen=True, kw_only=True)
class Pruned:
    """Number and bytes of the files that were removed, and of those that stay."""

    files: int
    bytes: int
    kept_files: int
    kept_bytes: int


async def prune_files(
    store: ArtifactStore, usage: Usage, limits: Limits, *, now: datetime, dry_run: bool = False
) -> Pruned:
    """Removes intermediate files until the limits hold, as far as they are not in use.

    A worker that looks for a result which is removed at the same time finds either all of it or nothing, and makes it
    again. It is safe to kill and to repeat.

    Args:
        store: has the files.
        usage: what projects use.
        limits: what may stay.
        now: the present.
        dry_run: whether to remove nothing.

    Raises:
        PipelineError: `storage_unavailable`, such as for a bucket whose credentials may not list or remove objects.
    """
    found = [file for folder in _FOLDERS async for page in store.files(folder) for file in page]
    removed = {file.key: file for file in _removable(found, usage, limits, now)}
    if not dry_run:
        await _discard(store, removed)
    size = sum(file.size for file in removed.values())
    return Pruned(
        files=len(removed),
        bytes=size,
        kept_files=len(found) - len(removed),
        kept_bytes=sum(file.size for file in found) - size,
    )


async def _discard(store: ArtifactStore, removed: Mapping[str, StoredFile]) -> None:
    """Removes files unless they have been written since they were listed."""
    for folder in _FOLDERS if removed else ():
        async for page in store.files(folder):
            await store.discard([file for file in page if removed.get(file.key) == file])


def _removable(found: Sequence[StoredFile], usage: Usage, limits: Limits, now: datetime) -> list[StoredFile]:
    removed = [file for file in found if _owner(file) in usage.gone]
    others = [file for file in found if _owner(file) is None]
    if limits.age is not None:
        removed += _unused(others, usage, now - max(limits.age, IN_USE))
    if limits.size is not None:
        excess = sum(file.size for file in found) - sum(file.size for file in removed) - limits.size
        known = {file.key for file in removed}
        unused = _unused(others, usage, now - IN_USE)
        for file in sorted(unused, key=lambda file: usage.last_use(file) or now):
            if excess <= 0:
                break
            if file.key not in known:
                removed.append(file)
                excess -= file.size
    return removed


def _owner(file: StoredFile) -> str | None:
    """Returns the id of the project whose document this is; None for a file that any project may use."""
    found = _OF_PROJECT.match(file.key)
    return None if found is None else found[1]


def _unused(files: Iterable[StoredFile], usage: Usage, since: datetime) -> list[StoredFile]:
    """Returns the files that have not been used since a time.

    Messages name no documents of results. So those stay that were written since the first of the projects began which
    have been active since that time.
    """
    begin = usage.first_active(since)
    return [
        file
        for file in files
        if (last := usage.last_use(file)) is not None and last < (begin if file.key.startswith("results/") else since)
    ]
