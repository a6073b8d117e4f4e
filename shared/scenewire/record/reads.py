"""The record as plain data: what was ordered, what became of it, and every message about it."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Any, Final

from scenewire.database.condition import require_current
from scenewire.database.videos import Video
from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import (
    ArtifactRef,
    AudioRendered,
    FootageSourced,
    ProjectCancelled,
    ProjectDeleted,
    ProjectFailed,
    ScenesScripted,
    ScriptRequested,
    SegmentRendered,
    VideoAssembled,
    read_id_prefix,
    select_id,
)
from scenewire.record.content import Content, parse
from scenewire.record.costs import costs
from scenewire.record.queries import Record, Row, opened
from scenewire.record.standing import STEP_AT_APPROVAL
from scenewire.record.timing import ProjectTiming, timing_of

__all__ = [
    "audit",
    "cost",
    "footage_sources",
    "history",
    "project",
    "projects",
    "search",
    "search_footage",
    "timing",
    "unfinished",
    "versions",
]


_PER_SCENE: Final = ("project_id", "project", "scene_number", "state", "created_at")


async def projects(database_url: str, *, limit: int) -> list[Row]:
    """Returns projects, the most recently updated first.

    Raises:
        PipelineError: `database_unavailable`, `database_too_new`, as everything here.
    """
    await require_current(database_url)
    async with opened(database_url) as record:
        return await record.projects(limit=limit)


async def unfinished(database_url: str) -> list[Row]:
    """Returns the projects that have not ended, the most recently updated first.

    Each has the number of scenes in all, `spoken` and `sourced`, the times at which pictures were `rendered_at`, and whether
    it `awaits_approval`.
    """
    await require_current(database_url)
    async with opened(database_url) as record:
        rows, steps = await record.unfinished_projects(), await record.unfinished_steps()
    for row in rows:
        own = [step for step in steps if step["project_id"] == row["id"]]
        row["spoken"] = sum(step["subject"] == AudioRendered.SUBJECT for step in own)
        row["sourced"] = sum(step["subject"] == FootageSourced.SUBJECT for step in own)
        pictures = [step for step in own if step["subject"].startswith(f"{SegmentRendered.SUBJECT}.")]
        row["rendered_at"] = [step["published_at"] for step in pictures]
        row["awaits_approval"] = row.pop("current_step") == STEP_AT_APPROVAL
    return rows


async def project(database_url: str, project_id: str) -> Row:
    """Returns a project with `scenes`, `ordered` options, and `ended`: files and measurements, or the reason for none.

    Args:
        database_url: the record.
        project_id: an id, or a prefix of one.

    Raises:
        PermanentError: `not_on_record`, there is no such project, or it was deleted.
    """
    await require_current(database_url)
    async with opened(database_url) as record:
        found = await _find(record, project_id)
        if (deletion := await record.last_message(found, ProjectDeleted.SUBJECT)) is not None:
            raise _deleted(found, deletion)
        row = await record.project(found) or {"id": found, "scenes": []}
        order = await record.last_message(found, ScriptRequested.SUBJECT)
        script = await record.last_message(found, ScenesScripted.SUBJECT)
        speech = await record.messages(found, AudioRendered.SUBJECT)
        return row | {"ordered": _ordered(order, script, speech), "ended": _ended(await record.end(found))}


async def cost(database_url: str, project_id: str) -> Row:
    """Returns `project_id` and what its work took; see `scenewire.record.costs.costs`.

    Args:
        database_url: the record.
        project_id: an id, or a prefix of one.

    Raises:
        PermanentError: `not_on_record`, there is no such project, it was deleted, or none of its results reports its work.
    """
    await require_current(database_url)
    async with opened(database_url) as record:
        found = await _find(record, project_id)
        if (deletion := await record.last_message(found, ProjectDeleted.SUBJECT)) is not None:
            raise _deleted(found, deletion)
        rows = await record.work(found)
        if not rows and await record.last_message(found, ScenesScripted.SUBJECT) is not None:
            raise PermanentError(
                FailureCode.NOT_ON_RECORD,
                f"the work behind project {found} is not on record",
                hint="`scenewire rebuild` restores it from the messages, unless an earlier version made the video",
            )
        video = _content(await record.last_message(found, VideoAssembled.SUBJECT))
        seconds = video.duration if isinstance(video, VideoAssembled) else None
        return {"project_id": found, **costs(rows, video_seconds=seconds)}


async def versions(database_url: str, project_id: str) -> tuple[str, list[VideoAssembled]]:
    """Returns the id of a project and its videos, the oldest revision first.

    Args:
        database_url: the record.
        project_id: an id, or a prefix of one.

    Raises:
        PermanentError: `not_on_record`, there is no such project, or it was deleted.
    """
    await require_current(database_url)
    async with opened(database_url) as record:
        found = await _find(record, project_id)
        if (deletion := await record.last_message(found, ProjectDeleted.SUBJECT)) is not None:
            raise _deleted(found, deletion)
        contents = map(_content, await record.messages(found, VideoAssembled.SUBJECT))
        return found, [content for content in contents if isinstance(content, VideoAssembled)]


async def search(database_url: str, words: str, *, limit: int) -> list[Row]:
    """Returns videos whose file names or paths contain these words, best first; with `duration` in seconds."""
    await require_current(database_url)
    async with opened(database_url) as record:
        return [asdict(video) | _measured(video) for video in await record.search(words, limit=limit)]


async def search_footage(database_url: str, words: str, *, limit: int) -> list[Row]:
    """Returns footage whose title, credits, name, source or kind has all of these words: used first, then newest.

    Each row describes a source once, with its `scenes`: `project_id`, `project`, `scene_number` and `state`.
    """
    await require_current(database_url)
    async with opened(database_url) as record:
        return await footage_sources(record, words, limit=limit)


async def footage_sources(record: Record, words: str, *, limit: int) -> list[Row]:
    """Returns what `search_footage` does, from an open record."""
    entries = await record.search_footage(words, limit=limit)
    by_source = groupby(entries, key=lambda row: (row["provider"], row["source_id"]))
    return [_source(list(uses)) for _, uses in by_source]


async def history(database_url: str, project_id: str) -> list[Row]:
    """Returns every message of a project in order; `body` is parsed if it is JSON.

    Raises:
        PermanentError: `not_on_record`.
    """
    await require_current(database_url)
    async with opened(database_url) as record:
        rows = await record.history(await _find(record, project_id))
    return [_readable(row) for row in rows]


async def timing(database_url: str, project_id: str, revision: int | None = None) -> ProjectTiming:
    """Returns where the time of a project went.

    Args:
        database_url: the record.
        project_id: an id, or a prefix of one.
        revision: None is the latest one.

    Raises:
        PermanentError: `not_on_record`, there is no such project, or no message of that revision.
    """
    await require_current(database_url)
    async with opened(database_url) as record:
        found = await _find(record, project_id)
        wanted = await record.latest_revision(found) if revision is None else revision
        times = timing_of(found, wanted, await record.run(found, wanted))
    if times is None:
        raise PermanentError(
            FailureCode.NOT_ON_RECORD,
            f"there is no message of revision {wanted} of project {found} on record",
            hint=f"`scenewire history {found}` lists its messages",
        )
    return times


async def audit(database_url: str, entity_id: str, *, limit: int) -> list[Row]:
    """Returns every change of a row, newest first; of a project, also those of its parts.

    Raises:
        PermanentError: `not_on_record`.
    """
    await require_current(database_url)
    async with opened(database_url) as record:
        rows = await record.audit(entity_id, limit=limit)
        if not rows:
            rows = await record.audit(await _find(record, entity_id), limit=limit)
    return [row | {"changes": json.loads(row.pop("changes_json") or "null")} for row in rows]


async def _find(record: Record, text: str) -> str:
    prefix = read_id_prefix(text)
    if await record.knows(prefix):
        return prefix
    ids = await record.ids_beginning(prefix) or await record.deleted_ids_beginning(prefix)
    return select_id(prefix, ids, place="on record")


def _deleted(project_id: str, row: Row) -> PermanentError:
    content = _content(row)
    by, reason = (content.requested_by, content.reason) if isinstance(content, ProjectDeleted) else ("", "")
    who = f" by {by}" if by else ""
    why = f": {reason}" if reason else ""
    return PermanentError(
        FailureCode.NOT_ON_RECORD,
        f"project {project_id} is not on record: it was deleted at {row['published_at']}{who}{why}",
        hint=f"`scenewire history {project_id}` lists its messages",
    )


def _ordered(order: Row | None, script: Row | None, speech: Sequence[Row]) -> Row | None:
    """Returns a video's options, the source of its script, writer, speech engine and voices; None before its script.

    `target_duration` is None where no length was ordered and none is aimed for: own words last as long as they take.
    """
    scripted = _content(script)
    if not isinstance(scripted, ScenesScripted):
        return None
    requested = _content(order)
    options = scripted.brief.options.model_dump(mode="json")
    source = None
    if isinstance(requested, ScriptRequested):
        source = "text" if requested.text is not None else "scenes" if requested.scenes is not None else "topic"
        if source != "topic":
            options["target_duration"] = requested.target_duration
    spoken = [content for row in speech if isinstance(content := _content(row), AudioRendered)]
    narrations = {content.scene.scene_number: content.narration for content in spoken}
    return options | {
        "source": source,
        "writer": scripted.writer,
        "engine": spoken[-1].narration.engine if spoken else None,
        "device": (spoken[-1].narration.device or None) if spoken else None,
        "voices": list(dict.fromkeys(narration.voice for _, narration in sorted(narrations.items()))),
    }


def _content(row: Row | None) -> Content | None:
    return None if row is None else parse(row["subject"], row["body"])[0]


def _ended(end: Row | None) -> Row | None:
    if end is None:
        return None
    content = _content(end)
    common = {"at": end["published_at"], "message": end["subject"]}
    match content:
        case VideoAssembled():
            files = {name: value.key for name, value in content if isinstance(value, ArtifactRef)}
            return common | {
                "files": files,
                "frames": content.frames,
                "duration": content.duration,
                "encoder": content.encoder,
                "device": content.device,
                "loudness_lufs": content.loudness.integrated_lufs,
                "true_peak_dbtp": content.loudness.true_peak_dbtp,
                "notes": list(content.notes),
            }
        case ProjectFailed() | ProjectCancelled():
            return common | content.model_dump(
                mode="json", exclude={"schema_version", "project_id", "revision", "work"}
            )
        case _:
            return common


def _source(entries: Sequence[Row]) -> Row:
    """Describes a source as its first entry does: the latest that used it."""
    latest = {name: value for name, value in entries[0].items() if name not in {"id", "scene_id", *_PER_SCENE}}
    picture = f"{latest.pop('width')}x{latest.pop('height')}" if latest["width"] else None
    return latest | {"picture": picture, "scenes": [{name: row[name] for name in _PER_SCENE} for row in entries]}


def _measured(video: Video) -> Row:
    return {"duration": video.duration_seconds, "picture": f"{video.width}x{video.height}"}


def _readable(row: Row) -> Row:
    body: Any = row["body"]
    try:
        body = json.loads(body)
        scene = body["scene"]["scene_number"]
    except (TypeError, ValueError, LookupError):
        scene = None
    kept = {name: row[name] for name in ("published_at", "subject", "revision", "sequence", "stream", "message_id")}
    return kept | {"scene_number": scene, "valid": bool(row["valid"]), "problem": row["problem"], "body": body}
