"""What nobody needs any more: intermediate files, old projects, and the record of projects that were deleted long ago."""

import asyncio
import re
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from scenewire.artifacts.pruning import ProjectAge, Usage
from scenewire.messages import VideoAssembled
from scenewire.record.queries import Record, Row
from scenewire_recorder.repository import Repository

__all__ = ["deleted_before", "disposable", "ended_before", "forget", "usage"]

_CONTENT: Final = re.compile(r'"(content/[^"\\]+)"')
_DOCUMENT: Final = ".json"
"""Suffix of the small documents by which a later revision keeps its footage."""


async def disposable(record: Record, project_id: str) -> frozenset[str]:
    """Returns the content that only a finished project's messages name: no row of the record and no other project does.

    Documents stay, by which a later revision keeps its footage. Empty unless the project ended with a video.
    """
    end = await record.end(project_id)
    if end is None or end["subject"] != VideoAssembled.SUBJECT:
        return frozenset()
    named = {key async for body in record.bodies(project_id) for key in _CONTENT.findall(body)}
    named -= await record.files()
    async for body in record.bodies(project_id, others=True):
        named.difference_update(_CONTENT.findall(body))
    return frozenset(key for key in named if not key.endswith(_DOCUMENT))


async def usage(record: Record, *, deleted_before: datetime) -> Usage:
    """Returns what the projects on record use.

    Args:
        record: knows every message.
        deleted_before: when a project must have been deleted for its own documents to go.
    """
    projects = {row["project_id"]: row for row in await record.project_ages()}
    files: dict[str, datetime | None] = {}
    async for row in record.all_bodies():
        project = projects.get(row["project_id"], {"has_ended": True, "last": row["published_at"]})
        last = _time(project["last"]) if project["has_ended"] else None
        for key in _CONTENT.findall(row["body"]):
            known = files.get(key, last)
            files[key] = None if known is None or last is None else max(known, last)
    return Usage(
        files=files,
        projects=[
            ProjectAge(first=_time(row["first"]), last=_time(row["last"]) if row["has_ended"] else None)
            for row in projects.values()
        ],
        gone=frozenset(row["project_id"] for row in _deleted(list(projects.values()), deleted_before)),
    )


async def ended_before(record: Record, time: datetime) -> list[Row]:
    """Returns the projects that ended and had their last message before a time, except deleted ones, oldest first."""
    ages = await record.project_ages()
    return [row for row in ages if row["has_ended"] and not row["is_deleted"] and _time(row["last"]) < time]


async def deleted_before(record: Record, time: datetime) -> list[str]:
    """Returns the ids of the projects that were deleted and had their last message before a time, oldest first."""
    return [row["project_id"] for row in _deleted(await record.project_ages(), time)]


async def forget(record: Record, repository: Repository, project_ids: Sequence[str]) -> int:
    """Removes the messages of deleted projects and what the audit log says of them, in one transaction per project.

    One entry of the audit log remains for each. Source clips go from `videos` if no other message names them. A rebuild
    gives the same rows. Safe to kill and to repeat.

    Args:
        record: reads the database.
        repository: writes it.
        project_ids: deleted projects of which the stream has no messages any more; it would bring them back.

    Returns:
        The number of messages.

    Raises:
        PipelineError: `database_unavailable`; projects that were removed until then stay removed.
    """
    if not project_ids:
        return 0
    clips = await _own_clips(record, project_ids)
    entities = await record.audited_entities(project_ids)
    return sum(
        [
            await asyncio.to_thread(_forget, repository, project_id, clips[project_id], entities[project_id])
            for project_id in project_ids
        ]
    )


def _forget(repository: Repository, project_id: str, clips: Collection[str], entities: Collection[str]) -> int:
    with repository.unit_of_work() as work:
        return work.forget(project_id, clips=clips, entities=entities)


async def _own_clips(record: Record, project_ids: Sequence[str]) -> Mapping[str, Collection[str]]:
    """Returns the content that only messages of these projects name, by the last project that names it."""
    places = {project_id: place for place, project_id in enumerate(project_ids)}
    owners: dict[str, int] = {}
    others: set[str] = set()
    async for row in record.all_bodies():
        keys = _CONTENT.findall(row["body"])
        place = places.get(row["project_id"])
        if place is None:
            others.update(keys)
        else:
            owners.update((key, max(place, owners.get(key, place))) for key in keys)
    own: dict[str, set[str]] = {project_id: set() for project_id in project_ids}
    for key, place in owners.items():
        if key not in others:
            own[project_ids[place]].add(key)
    return own


def _deleted(ages: Sequence[Row], time: datetime) -> list[Row]:
    return [row for row in ages if row["is_deleted"] and _time(row["last"]) < time]


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
