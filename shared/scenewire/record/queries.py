"""All queries of the record: rows in, dicts by column out."""

import json
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from sqlalchemy import Executable, Subquery, and_, case, func, or_, select, union, union_all
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from scenewire.database.engine import reading_engine, snapshot
from scenewire.database.models import (
    AuditEntry,
    FootageEntry,
    LoggedMessage,
    Project,
    Scene,
    VisualSuggestion,
    WorkEntry,
)
from scenewire.database.models import Video as VideoRow
from scenewire.database.search import footage_matches
from scenewire.database.videos import SqlVideoRepository, Video
from scenewire.messages import (
    ProjectCancelled,
    ProjectDeleted,
    ProjectFailed,
    ScenesScripted,
    ScriptRequested,
    VideoAssembled,
)

__all__ = ["ENDS", "Record", "Row", "opened"]

Row = dict[str, Any]

ENDS: Final = (VideoAssembled.SUBJECT, ProjectFailed.SUBJECT, ProjectCancelled.SUBJECT, ProjectDeleted.SUBJECT)
_EVERY_REVISION: Final = 2**31 - 1
"""A deleted project has ended at every revision, also at later ones. Postgres's INTEGER holds it."""

_IS_DELETION: Final = LoggedMessage.subject == ProjectDeleted.SUBJECT
_STORY: Final = (LoggedMessage.revision, LoggedMessage.published_at, LoggedMessage.sequence)


@asynccontextmanager
async def opened(url: str) -> AsyncIterator["Record"]:
    """Opens the record of a DATABASE_URL for as long as the block runs.

    Raises:
        PipelineError: `database_unavailable`.
    """
    engine = reading_engine(url)
    try:
        yield Record(engine)
    finally:
        await engine.dispose()


class Record:
    """The record. Rows are dicts by column; every method sees one consistent state."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def projects(self, *, limit: int) -> list[Row]:
        """Returns projects with their number of scenes, the most recently updated first."""
        scenes = (
            select(func.count()).select_from(Scene).where(Scene.project_id == Project.id).scalar_subquery()
        ).label("scene_count")
        query = (
            select(Project.__table__, scenes).order_by(Project.last_active.desc().nulls_last(), Project.id).limit(limit)
        )
        return await self._rows(query)

    async def knows(self, project_id: str) -> bool:
        """Returns whether there is a row or a message of a project."""
        told = select(LoggedMessage.project_id).where(LoggedMessage.project_id == project_id)
        return bool(await self._rows(union_all(select(Project.id).where(Project.id == project_id), told).limit(1)))

    async def ids_beginning(self, text: str, *, limit: int = 5) -> list[str]:
        """Returns ids of projects with a prefix."""
        query = select(Project.id).where(Project.id.startswith(text, autoescape=True)).order_by(Project.id).limit(limit)
        return [row["id"] for row in await self._rows(query)]

    async def deleted_ids_beginning(self, text: str, *, limit: int = 5) -> list[str]:
        """Returns ids of deleted projects with a prefix."""
        whose = LoggedMessage.project_id
        query = select(whose).where(
            LoggedMessage.valid,
            _IS_DELETION,
            whose.between(text, f"{text}g"),  # ids are hexadecimal; unlike the next line, this uses the index
            whose.startswith(text, autoescape=True),
        )
        rows = await self._rows(query.distinct().order_by(LoggedMessage.project_id).limit(limit))
        return [row["project_id"] for row in rows]

    async def project(self, project_id: str) -> Row | None:
        """Returns a project with `scenes` in order, each with its `footage`; None if there is none."""
        async with snapshot(self._engine) as connection:
            found = await _fetch(connection, select(Project.__table__).where(Project.id == project_id))
            if not found:
                return None
            scenes = await _fetch(
                connection, select(Scene.__table__).where(Scene.project_id == project_id).order_by(Scene.scene_number)
            )
            chosen = (
                select(Scene.scene_number, VisualSuggestion.__table__)
                .join(VisualSuggestion, VisualSuggestion.scene_id == Scene.id)
                .where(Scene.project_id == project_id)
                .order_by(Scene.scene_number, VisualSuggestion.rank)
            )
            footage = await _fetch(connection, chosen)
        for scene in scenes:
            scene["footage"] = [row for row in footage if row["scene_number"] == scene["scene_number"]]
        return found[0] | {"scenes": scenes}

    async def end(self, project_id: str) -> Row | None:
        """Returns the last message that ended a project; None before its end."""
        return await self.last_message(project_id, *ENDS)

    async def last_message(self, project_id: str, *subjects: str) -> Row | None:
        """Returns the latest message of a project on one of these subjects; None if there is none."""
        query = (
            select(LoggedMessage.__table__)
            .where(LoggedMessage.project_id == project_id, LoggedMessage.valid, LoggedMessage.subject.in_(subjects))
            .order_by(*(column.desc() for column in _STORY))
            .limit(1)
        )
        rows = await self._rows(query)
        return rows[0] if rows else None

    async def messages(self, project_id: str, subject: str) -> list[Row]:
        """Returns the messages of a project on a subject, in order of revision and time."""
        query = select(LoggedMessage.__table__).where(
            LoggedMessage.project_id == project_id, LoggedMessage.valid, LoggedMessage.subject == subject
        )
        return await self._rows(query.order_by(*_STORY))

    async def history(self, project_id: str) -> list[Row]:
        """Returns every message of a project, in order of revision and time."""
        query = select(LoggedMessage.__table__).where(LoggedMessage.project_id == project_id)
        return await self._rows(query.order_by(*_STORY, LoggedMessage.message_id))

    async def work(self, project_id: str) -> list[Row]:
        """Returns what the work behind each message of a project took, in order of time."""
        query = select(WorkEntry.__table__).where(WorkEntry.project_id == project_id)
        return await self._rows(query.order_by(WorkEntry.started_at, WorkEntry.message_id))

    async def messages_after(self, project_id: str, sequence: int, *, limit: int) -> list[Row]:
        """Returns the valid messages of a project that the stream has after a sequence, in its order."""
        query = (
            select(LoggedMessage.__table__)
            .where(LoggedMessage.project_id == project_id, LoggedMessage.valid, LoggedMessage.sequence > sequence)
            .order_by(LoggedMessage.sequence)
            .limit(limit)
        )
        return await self._rows(query)

    async def outlines(self, project_ids: Sequence[str]) -> list[Row]:
        """Returns every valid message of some projects, in order; only orders, scripts and ends have a `body`."""
        told = (ScriptRequested.SUBJECT, ScenesScripted.SUBJECT, *ENDS)
        query = (
            select(
                LoggedMessage.message_id,
                LoggedMessage.project_id,
                LoggedMessage.subject,
                LoggedMessage.revision,
                LoggedMessage.published_at,
                LoggedMessage.sequence,
                case((LoggedMessage.subject.in_(told), LoggedMessage.body), else_=None).label("body"),
            )
            .where(LoggedMessage.valid, LoggedMessage.project_id.in_(project_ids))
            .order_by(LoggedMessage.project_id, *_STORY)
        )
        return await self._rows(query)

    async def latest_revision(self, project_id: str) -> int:
        """Returns the latest revision with a valid message; 0 if there is none."""
        query = select(func.max(LoggedMessage.revision).label("latest")).where(
            LoggedMessage.project_id == project_id, LoggedMessage.valid
        )
        (row,) = await self._rows(query)
        return row["latest"] or 0

    async def run(self, project_id: str, revision: int) -> list[Row]:
        """Returns the valid messages of one revision of a project, in order."""
        query = select(LoggedMessage.__table__).where(
            LoggedMessage.valid, LoggedMessage.project_id == project_id, LoggedMessage.revision == revision
        )
        return await self._rows(query.order_by(*_STORY))

    async def project_ids(self, *, limit: int, offset: int = 0) -> list[str]:
        """Returns ids of projects, the most recently active first."""
        query = select(Project.id).order_by(Project.last_active.desc().nulls_last(), Project.id)
        return [row["id"] for row in await self._rows(query.limit(limit).offset(offset))]

    async def search_projects(self, words: Sequence[str], *, limit: int) -> list[str]:
        """Returns ids of projects whose name, topic or scenes contain all these words, the most recently active first."""
        told = [
            or_(
                Project.name.icontains(word, autoescape=True),
                Project.topic.icontains(word, autoescape=True),
                select(Scene.id)
                .where(Scene.project_id == Project.id, Scene.text.icontains(word, autoescape=True))
                .exists(),
            )
            for word in words
        ]
        query = select(Project.id).where(*told).order_by(Project.last_active.desc().nulls_last(), Project.id)
        return [row["id"] for row in await self._rows(query.limit(limit))]

    async def search(self, words: str, *, limit: int) -> list[Video]:
        """Returns videos whose file names or paths contain these words side by side, best first."""
        async with snapshot(self._engine) as connection:
            return await connection.run_sync(lambda view: SqlVideoRepository(view).search(words, limit=limit))

    async def search_footage(self, words: str, *, limit: int) -> list[Row]:
        """Returns footage whose description has all of these words: used before considered, newest first.

        Each row is an entry of `footage` with its `project_id`, `project`, `scene_number` and the measured `width`, `height`
        and `file_size` of its file. Entries of the same source are neighbours.

        Args:
            words: text of a person.
            limit: number of sources, each with all its entries.
        """
        matches = footage_matches(words, self._engine.dialect.name)
        used = func.max(case((FootageEntry.state == "used", 1), else_=0))
        last = func.max(FootageEntry.created_at)
        first = func.min(FootageEntry.id)  # a tie-break that every collation sorts alike
        source = (FootageEntry.provider, FootageEntry.source_id)
        best = (
            select(*source, used.label("used"), last.label("last"), first.label("first"))
            .where(matches)
            .group_by(*source)
            .order_by(used.desc(), last.desc(), first)
            .limit(limit)
            .subquery()
        )
        query = (
            select(
                FootageEntry.__table__,
                Scene.project_id,
                Project.name.label("project"),
                Scene.scene_number,
                VideoRow.width,
                VideoRow.height,
                VideoRow.file_size,
            )
            .join(best, and_(FootageEntry.provider == best.c.provider, FootageEntry.source_id == best.c.source_id))
            .join(Scene, Scene.id == FootageEntry.scene_id)
            .join(Project, Project.id == Scene.project_id)
            .outerjoin(VideoRow, VideoRow.path == FootageEntry.path)
            .where(matches)
            .order_by(
                best.c.used.desc(),
                best.c.last.desc(),
                best.c.first,
                FootageEntry.state.desc(),
                FootageEntry.created_at.desc(),
                Scene.scene_number,
            )
        )
        return await self._rows(query)

    async def audit(self, entity_id: str, *, limit: int) -> list[Row]:
        """Returns changes of a row, or of all rows that messages of a project changed, newest first."""
        of_project = AuditEntry.context.contains(entity_id, autoescape=True)
        query = select(AuditEntry.__table__).where(or_(AuditEntry.entity_id == entity_id, of_project))
        return await self._rows(query.order_by(AuditEntry.sequence.desc()).limit(limit))

    async def logged_projects(self) -> list[str]:
        """Returns ids of all projects with a valid message in the log, the oldest first."""
        query = (
            select(LoggedMessage.project_id)
            .where(LoggedMessage.valid, LoggedMessage.project_id.is_not(None))
            .group_by(LoggedMessage.project_id)
            .order_by(func.min(LoggedMessage.published_at), LoggedMessage.project_id)
        )
        return [row["project_id"] for row in await self._rows(query)]

    async def unfinished_messages(self) -> AsyncIterator[Row]:
        """Yields the messages of the latest runs of projects that have not ended, in order of publication."""
        runs = _runs()
        query = (
            select(LoggedMessage.__table__)
            .join(runs, runs.c.project_id == LoggedMessage.project_id)
            .where(LoggedMessage.valid, LoggedMessage.revision == runs.c.latest, runs.c.ended < runs.c.latest)
            .order_by(LoggedMessage.published_at, LoggedMessage.sequence, LoggedMessage.message_id)
        )
        async for row in self._streamed(query):
            yield row

    async def unfinished_projects(self) -> list[Row]:
        """Returns projects whose latest run has not ended, the most recently updated first.

        `scene_count` is 0 before the script. Projects of other applications are left out: they have no messages.
        """
        runs = _runs()
        scenes = select(func.count()).select_from(Scene).where(Scene.project_id == Project.id).scalar_subquery()
        query = (
            select(Project.id, Project.name, Project.last_active, Project.current_step, scenes.label("scene_count"))
            .join(runs, runs.c.project_id == Project.id)
            .where(runs.c.ended < runs.c.latest)
            .order_by(Project.last_active.desc().nulls_last(), Project.id)
        )
        return await self._rows(query)

    async def project_ages(self) -> list[Row]:
        """Returns `project_id`, `revision`, `first`, `last`, `has_ended` and `is_deleted` of every project with a message.

        `first` and `last` are the times of its first and last message.
        """
        runs, of_project = _runs(), LoggedMessage.project_id
        query = (
            select(
                of_project,
                runs.c.latest.label("revision"),
                func.min(LoggedMessage.published_at).label("first"),
                func.max(LoggedMessage.published_at).label("last"),
                (runs.c.ended >= runs.c.latest).label("has_ended"),
                (runs.c.ended == _EVERY_REVISION).label("is_deleted"),
            )
            .join(runs, runs.c.project_id == of_project)
            .where(LoggedMessage.valid)
            .group_by(of_project, runs.c.latest, runs.c.ended)
            .order_by("last", of_project)
        )
        return await self._rows(query)

    async def unfinished_steps(self) -> list[Row]:
        """Returns `project_id`, `subject` and `published_at` of the messages of `unfinished_messages`, in their order."""
        runs = _runs()
        query = (
            select(LoggedMessage.project_id, LoggedMessage.subject, LoggedMessage.published_at)
            .join(runs, runs.c.project_id == LoggedMessage.project_id)
            .where(LoggedMessage.valid, LoggedMessage.revision == runs.c.latest, runs.c.ended < runs.c.latest)
            .order_by(LoggedMessage.published_at, LoggedMessage.sequence, LoggedMessage.message_id)
        )
        return await self._rows(query)

    async def ended_messages(self) -> AsyncIterator[Row]:
        """Yields `message_id`, `project_id` and `subject` of the messages in the latest runs of ended projects.

        The last end of a project is the one that counts: a deletion comes last.
        """
        runs = _runs()
        query = (
            select(LoggedMessage.message_id, LoggedMessage.project_id, LoggedMessage.subject)
            .join(runs, runs.c.project_id == LoggedMessage.project_id)
            .where(
                LoggedMessage.valid,
                or_(LoggedMessage.revision == runs.c.latest, _IS_DELETION),
                runs.c.ended >= runs.c.latest,
            )
            .order_by(LoggedMessage.project_id, _IS_DELETION, *_STORY)
        )
        async for row in self._streamed(query):
            yield row

    async def bodies(self, project_id: str, *, others: bool = False) -> AsyncIterator[str]:
        """Yields the bodies of a project's messages, or of all others."""
        whose = LoggedMessage.project_id == project_id
        if others:
            whose = or_(LoggedMessage.project_id.is_(None), LoggedMessage.project_id != project_id)
        async for row in self._streamed(select(LoggedMessage.body).where(whose, LoggedMessage.body.is_not(None))):
            yield row["body"]

    async def all_bodies(self) -> AsyncIterator[Row]:
        """Yields `project_id`, `published_at` and `body` of every message whose body is text."""
        columns = (LoggedMessage.project_id, LoggedMessage.published_at, LoggedMessage.body)
        async for row in self._streamed(select(*columns).where(LoggedMessage.body.is_not(None))):
            yield row

    async def audited_entities(self, project_ids: Collection[str]) -> dict[str, set[str]]:
        """Returns the ids of the rows that the messages of these projects have changed, by project."""
        found: dict[str, set[str]] = {project_id: set() for project_id in project_ids}
        query = select(AuditEntry.entity_id, AuditEntry.context).where(AuditEntry.context.is_not(None))
        async for row in self._streamed(query):
            project_id = json.loads(row["context"]).get("correlation_id")
            if project_id in found:
                found[project_id].add(row["entity_id"])
        return found

    async def files(self) -> set[str]:
        """Returns every path in the rows."""
        columns = (
            Scene.audio_file_path,
            VisualSuggestion.default_segment_path,
            FootageEntry.path,
            VideoRow.path,
            VideoRow.thumbnail_path,
        )
        paths = union(*(select(column.label("path")) for column in columns))
        return {row["path"] for row in await self._rows(paths) if row["path"] is not None}

    async def message(self, message_id: str) -> Row:
        """Returns a message of the log by its id there."""
        (row,) = await self._rows(select(LoggedMessage.__table__).where(LoggedMessage.message_id == message_id))
        return row

    async def last_logged(self, stream: str) -> Row | None:
        """Returns `sequence` and `published_at` of the latest message from a stream."""
        query = (
            select(LoggedMessage.sequence, LoggedMessage.published_at)
            .where(LoggedMessage.stream == stream)
            .order_by(LoggedMessage.published_at.desc(), LoggedMessage.sequence.desc())
            .limit(1)
        )
        rows = await self._rows(query)
        return rows[0] if rows else None

    async def _rows(self, query: Executable) -> list[Row]:
        async with snapshot(self._engine) as connection:
            return await _fetch(connection, query)

    async def _streamed(self, query: Executable) -> AsyncIterator[Row]:
        async with snapshot(self._engine) as connection:
            async for row in (await connection.stream(query)).mappings():
                yield dict(row)


def _runs() -> Subquery:
    """Selects the latest revision of each project and the latest ended one; -1 if none has ended."""
    ended = case((_IS_DELETION, _EVERY_REVISION), (LoggedMessage.subject.in_(ENDS), LoggedMessage.revision), else_=-1)
    return (
        select(
            LoggedMessage.project_id,
            func.max(LoggedMessage.revision).label("latest"),
            func.max(ended).label("ended"),
        )
        .where(LoggedMessage.valid, LoggedMessage.project_id.is_not(None))
        .group_by(LoggedMessage.project_id)
        .subquery()
    )


async def _fetch(connection: AsyncConnection, query: Executable) -> list[Row]:
    return [dict(row) for row in (await connection.execute(query)).mappings()]
