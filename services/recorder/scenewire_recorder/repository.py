"""All writes to the database: one transaction per batch, with the audit log."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from operator import attrgetter, itemgetter
from typing import Any, Final

from pydantic_core import to_json
from sqlalchemy import Connection, Engine, RowMapping, delete, select, update

from scenewire.database import models
from scenewire.database.audit import Change, audit, differences
from scenewire.database.bulk import insert, insert_new, select_rows, upsert
from scenewire.database.engine import transaction
from scenewire.database.index import index_fits, rebuild_index
from scenewire.database.models import (
    AssemblyJob,
    AuditEntry,
    Base,
    FootageEntry,
    LoggedMessage,
    Project,
    Scene,
    VisualSuggestion,
    WorkEntry,
)
from scenewire.database.revision import require_expected
from scenewire.database.videos import SqlVideoRepository, Video
from scenewire.messages import MAX_SCENES, ProjectDeleted
from scenewire.record.content import parse
from scenewire.record.queries import Row
from scenewire_recorder.log_entries import LogEntry, Position
from scenewire_recorder.projection.files import save_files
from scenewire_recorder.projection.media_rows import FOOTAGE_COLUMNS, SUGGESTION_COLUMNS
from scenewire_recorder.projection.projection import (
    FLAGS,
    JOB_COLUMNS,
    PROJECT_COLUMNS,
    SCENE_COLUMNS,
    Cause,
    ProjectRows,
    job_id,
    output_folder,
)
from scenewire_recorder.projection.work_rows import WORK_COLUMNS, work_row

__all__ = ["ALL_SCENES", "Repository", "UnitOfWork"]

ALL_SCENES: Final = frozenset(range(1, MAX_SCENES + 1))
"""Numbers of all scenes that a project can have."""

_LOG: Final = LoggedMessage.__table__
_LOG_COLUMNS: Final = tuple(column.name for column in _LOG.columns)
_logged: Final = attrgetter(*_LOG_COLUMNS)

_CHUNK: Final = 500
"""Values in one statement; SQLite has a limit."""

_LAST_POSITIONS: Final = """\
WITH wanted(id) AS (VALUES {}) SELECT project_id, revision, published_at, sequence FROM wanted
JOIN message_log ON message_id = (
  SELECT message_id FROM message_log WHERE project_id = wanted.id
  ORDER BY revision DESC, published_at DESC, sequence DESC LIMIT 1
)"""

_Audited = Project | Scene | VisualSuggestion | AssemblyJob

Saved = tuple[Row | None, Row, LogEntry | None]
"""A row before and after, and the message that changed it."""


class Repository:
    """The recorder's database. Its methods block: call them from a thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def unit_of_work(self) -> Iterator["UnitOfWork"]:
        """Runs one transaction.

        Raises:
            PipelineError: `database_unavailable` or `database_too_new`; nothing was written.
        """
        with transaction(self._engine) as connection:
            require_expected(connection)
            yield UnitOfWork(connection)

    def close(self) -> None:
        """Closes the connections."""
        self._engine.dispose()


class UnitOfWork:
    """Operations of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def append(self, entries: Sequence[LogEntry]) -> list[LogEntry]:
        """Adds new entries to the log, with the rows of the work behind them, and returns them.

        A message is known by its id. One that has the id of another message and says something else is no repetition:
        it goes by its spare id. Work does not make a repetition another message.
        """
        new = self._append(entries)
        insert(self._connection, WorkEntry.__tablename__, WORK_COLUMNS, _work_rows(new))
        return new

    def rebuild_work(self, project_id: str, entries: Sequence[LogEntry]) -> bool:
        """Replaces the rows of the work for a project if they differ from its messages; returns whether they did.

        Args:
            project_id: the project.
            entries: all its messages.
        """
        of_project = WorkEntry.project_id == project_id
        stored = self._connection.execute(
            select(*(WorkEntry.__table__.c[name] for name in WORK_COLUMNS)).where(of_project)
        )
        wanted = _work_rows(entries)
        if {tuple(row) for row in stored} == set(wanted):
            return False
        self._connection.execute(delete(WorkEntry).where(of_project))
        insert(self._connection, WorkEntry.__tablename__, WORK_COLUMNS, wanted)
        return True

    def _append(self, entries: Sequence[LogEntry]) -> list[LogEntry]:
        if insert_new(self._connection, "message_log", _LOG_COLUMNS, [_logged(entry) for entry in entries]):
            return list(entries)  # the usual case
        new = self._unknown(entries)
        insert(self._connection, "message_log", _LOG_COLUMNS, [_logged(entry) for entry in new])
        return new

    def _unknown(self, entries: Sequence[LogEntry]) -> list[LogEntry]:
        ids = {entry.message_id for entry in entries} | {entry.spare_id for entry in entries}
        columns = (LoggedMessage.message_id, LoggedMessage.subject, LoggedMessage.body, LoggedMessage.raw_body)
        stored = self._connection.execute(select(*columns).where(LoggedMessage.message_id.in_(ids)))
        known = {row.message_id: _said(row.subject, row.body, row.raw_body) for row in stored}
        new = []
        for entry in entries:
            said = _said(entry.subject, entry.body, entry.raw_body)
            if known.get(entry.message_id, said) != said:
                entry = entry.renamed()  # noqa: PLW2901 - the same entry by another name
            if entry.message_id not in known:
                known[entry.message_id] = said
                new.append(entry)
        return new

    def last_positions(self, project_ids: Iterable[str]) -> dict[str, Position]:
        """Returns the last position of each project in the log."""
        rows = select_rows(self._connection, _LAST_POSITIONS, list(project_ids))
        return {project_id: (revision, at, sequence) for project_id, revision, at, sequence in rows}

    def entries_of(self, project_id: str) -> list[LogEntry]:
        """Returns every valid message of a project."""
        query = select(_LOG).where(LoggedMessage.project_id == project_id, LoggedMessage.valid)
        return [_entry(row) for row in self._connection.execute(query).mappings()]

    def load(self, footage: Mapping[str, frozenset[int]]) -> dict[str, ProjectRows]:
        """Returns the rows of projects.

        Args:
            footage: ids of projects, each with the numbers of scenes whose suggestions to load.
        """
        found = {project_id: ProjectRows(project_id=project_id) for project_id in footage}
        for row in self._rows(Project, PROJECT_COLUMNS, "id", footage):
            found[row["id"]].project = row | {name: bool(row[name]) for name in FLAGS if row[name] is not None}
        known = [project_id for project_id, rows in found.items() if rows.project is not None]
        wanted: dict[str, dict[str, Row]] = {}
        indexed: dict[str, dict[str, Row]] = {}
        for row in self._rows(Scene, SCENE_COLUMNS, "project_id", known):
            rows, number = found[row["project_id"]], row["scene_number"]
            rows.scenes[number] = row
            rows.scene_ids[number] = row["id"]
            if number in footage[row["project_id"]]:
                wanted[row["id"]] = rows.suggestions[number] = {}
                indexed[row["id"]] = rows.footage[number] = {}
        for row in self._rows(VisualSuggestion, SUGGESTION_COLUMNS, "scene_id", wanted):
            wanted[row["scene_id"]][row["video_id"]] = row
        for row in self._rows(FootageEntry, FOOTAGE_COLUMNS, "scene_id", indexed):
            indexed[row["scene_id"]][row["source_id"]] = row
        for row in self._rows(AssemblyJob, JOB_COLUMNS, "id", [job_id(project_id) for project_id in known]):
            found[row["project_id"]].job = row
        return found

    def save(self, changes: Iterable[tuple[ProjectRows, ProjectRows]]) -> None:
        """Writes the differences between rows before and after, with an audit entry each."""
        writer = _Writer(self._connection)
        changes = list(changes)
        self._delete(writer, changes)
        projects, scenes, suggestions, jobs = [], [], [], []
        for old, new in changes:
            self._renumber(old, new)
            if new.project is not None:
                projects.append((old.project, new.project, _cause(new, ("project", new.project_id))))
            known = {row["id"]: row for row in old.scenes.values()}
            for number, row in new.scenes.items():
                scenes.append((known.get(row["id"]), row, _cause(new, ("scene", number))))
            for number, before, after in _by_scene(old, old.suggestions, new, new.suggestions):
                cause = _cause(new, ("footage", number))
                suggestions += [(before.get(video_id), row, cause) for video_id, row in after.items()]
            if new.job is not None:
                jobs.append((old.job, new.job, _cause(new, ("job", new.project_id))))
        writer.upsert(Project, PROJECT_COLUMNS, projects, key=("id",))
        writer.upsert(Scene, SCENE_COLUMNS, scenes, key=("project_id", "scene_number"))
        writer.upsert(VisualSuggestion, SUGGESTION_COLUMNS, suggestions, key=("scene_id", "video_id"))
        writer.upsert(AssemblyJob, JOB_COLUMNS, jobs, key=("id",))
        writer.finish()
        self._save_files(writer, changes)
        self._index_footage(changes)

    def _save_files(self, writer: "_Writer", changes: Sequence[tuple[ProjectRows, ProjectRows]]) -> None:
        contexts: dict[str, str | None] = {}
        used: list[Video] = []
        for _, new in changes:
            for path, file in new.videos.items():
                contexts[file.id] = writer.context(_cause(new, ("video", path)))
                used.append(file)
        if used:
            save_files(SqlVideoRepository(self._connection, context=contexts.get), used)

    def _index_footage(self, changes: Sequence[tuple[ProjectRows, ProjectRows]]) -> None:
        """Writes the index of footage. Not audited: the suggestions of the same messages are."""
        entries = []
        for old, new in changes:
            for _, before, rows in _by_scene(old, old.footage, new, new.footage):
                self._unindex(row["id"] for source_id, row in before.items() if source_id not in rows)
                entries += [row for source_id, row in rows.items() if row != before.get(source_id)]
        rows_of_table = list(map(itemgetter(*FOOTAGE_COLUMNS), entries))
        upsert(self._connection, FootageEntry.__tablename__, FOOTAGE_COLUMNS, rows_of_table, key=("id",))

    def _unindex(self, ids: Iterable[str]) -> None:
        if gone := list(ids):
            self._connection.execute(delete(FootageEntry).where(FootageEntry.id.in_(gone)))

    def forget(self, project_id: str, *, clips: Collection[str], entities: Collection[str]) -> int:
        """Removes the messages of a deleted project, and the audit log of rows that are gone.

        Args:
            project_id: the project; it has no rows.
            clips: paths of source clips that no message of another project names.
            entities: ids of rows that its messages have changed.

        Returns:
            The number of removed messages; 0 if the project has rows or is not deleted.
        """
        of_project = LoggedMessage.project_id == project_id
        is_deleted = select(LoggedMessage.message_id).where(of_project, LoggedMessage.subject == ProjectDeleted.SUBJECT)
        has_rows = select(Project.id).where(Project.id == project_id)
        if self._connection.execute(has_rows).first() or not self._connection.execute(is_deleted).first():
            return 0
        for chunk in _chunks(clips):
            used = select(FootageEntry.id).where(FootageEntry.path == models.Video.path).exists()
            self._connection.execute(delete(models.Video).where(models.Video.path.in_(chunk), ~used))
        for chunk in _chunks(entities):
            there = select(models.Video.id).where(models.Video.id == AuditEntry.entity_id).exists()
            self._connection.execute(delete(AuditEntry).where(AuditEntry.entity_id.in_(chunk), ~there))
        messages = self._connection.execute(delete(LoggedMessage).where(of_project)).rowcount
        context = to_json({"correlation_id": project_id, "reason": "retention"}).decode()
        removed = {"messages": {"old": messages, "new": None}}
        audit(self._connection, [Change("DELETE", "message_log", project_id, removed, context)])
        return int(messages)

    def repair_index(self) -> bool:
        """Rebuilds the full-text index if it differs from the videos; returns whether it did."""
        if index_fits(self._connection):
            return False
        rebuild_index(self._connection)
        return True

    def _delete(self, writer: "_Writer", changes: Sequence[tuple[ProjectRows, ProjectRows]]) -> None:
        """Deletes rows, children first: a cascade would not be audited."""
        for old, new in changes:
            for number, before, after in _by_scene(old, old.suggestions, new, new.suggestions):
                gone = [row for video_id, row in before.items() if video_id not in after]
                writer.delete(VisualSuggestion, gone, _cause(new, ("footage", number)))
            kept = {row["id"] for row in new.scenes.values()}
            for row in old.scenes.values():
                if row["id"] not in kept:
                    cause = _cause(new, ("scene", row["id"]))
                    children = self._rows(VisualSuggestion, SUGGESTION_COLUMNS, "scene_id", [row["id"]])
                    writer.delete(VisualSuggestion, children, cause)
                    writer.delete(Scene, [row], cause)  # which deletes its entries of the index of footage
            if new.project is None:
                cause = _cause(new, ("project", new.project_id))
                writer.delete(AssemblyJob, [] if old.job is None else [old.job], cause)
                self._forget_videos(new.project_id, writer.context(cause))
                writer.delete(Project, [] if old.project is None else [old.project], cause)

    def _forget_videos(self, project_id: str, context: str | None) -> None:
        videos = SqlVideoRepository(self._connection, context=lambda _: context)
        while finished := videos.list_videos(folder=output_folder(project_id)):
            videos.delete(video.id for video in finished)

    def _renumber(self, old: ProjectRows, new: ProjectRows) -> None:
        """Gives scenes their new numbers, which others of the project may still have: first negative ones, then theirs."""
        known = {row["id"]: row["scene_number"] for row in old.scenes.values()}
        moved = {row["id"]: number for number, row in new.scenes.items() if known.get(row["id"], number) != number}
        for sign in (-1, 1):
            for scene_id, number in moved.items():
                self._connection.execute(update(Scene).where(Scene.id == scene_id).values(scene_number=sign * number))

    def _rows(self, table: type[Base], columns: tuple[str, ...], key: str, among: Iterable[str]) -> list[Row]:
        query = f"SELECT {', '.join(columns)} FROM {table.__tablename__} WHERE {key} IN ({{}})"  # noqa: S608
        rows = select_rows(self._connection, query, list(among))
        return [dict(zip(columns, row, strict=True)) for row in rows]


def _work_rows(entries: Iterable[LogEntry]) -> list[tuple[Any, ...]]:
    return [row for row in map(work_row, entries) if row is not None]


def _said(subject: str, body: str | None, raw_body: bytes | None) -> tuple[str, str | None, bytes | None]:
    """Returns what a message says, without the work behind it, which differs from one run of a handler to the next."""
    with suppress(ValueError, RecursionError):
        fields = json.loads(body or "")
        if isinstance(fields, dict) and "work" in fields:
            del fields["work"]
            return subject, json.dumps(fields), raw_body
    return subject, body, raw_body


def _chunks(values: Collection[str]) -> Iterator[list[str]]:
    ordered = sorted(values)
    return (ordered[first : first + _CHUNK] for first in range(0, len(ordered), _CHUNK))


class _Writer:
    """Writes rows and collects the audit entries, which are written at the end."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._changes: list[Change] = []
        self._contexts: dict[str, str] = {}

    def upsert(
        self, table: type[Base], columns: tuple[str, ...], rows: Iterable[Saved], *, key: tuple[str, ...]
    ) -> None:
        kind = _KINDS[table]
        changed = []
        for before, after, cause in rows:
            if before == after:
                continue
            context = self.context(cause)
            if before is None:
                self._changes.append(Change("INSERT", kind, after["id"], {}, context))
            else:
                self._changes.append(Change("UPDATE", kind, before["id"], differences(before, after), context))
            changed.append(after)
        upsert(self._connection, table.__tablename__, columns, list(map(itemgetter(*columns), changed)), key=key)

    def delete(self, table: type[_Audited], rows: Sequence[Row], cause: LogEntry | None) -> None:
        if rows:
            context = self.context(cause)
            for row in rows:
                lost = {name: {"old": value, "new": None} for name, value in row.items() if value is not None}
                self._changes.append(Change("DELETE", _KINDS[table], row["id"], lost, context))
            self._connection.execute(delete(table).where(table.id.in_([row["id"] for row in rows])))

    def finish(self) -> None:
        audit(self._connection, self._changes)

    def context(self, cause: LogEntry | None) -> str | None:
        """Returns what the audit log is to say about a cause."""
        if cause is None:
            return None
        context = self._contexts.get(cause.message_id)
        if context is None:
            about = {"correlation_id": cause.project_id, "subject": cause.subject}
            place = {"stream": cause.stream, "sequence": cause.sequence}
            context = self._contexts[cause.message_id] = to_json(about | place).decode()
        return context


_KINDS: Final[Mapping[type[Base], str]] = {
    Project: "project",
    Scene: "scene",
    VisualSuggestion: "visual_suggestion",
    AssemblyJob: "assembly_job",
}


def _by_scene(
    old: ProjectRows, before: Mapping[int, dict[str, Row]], new: ProjectRows, after: Mapping[int, dict[str, Row]]
) -> Iterator[tuple[int, dict[str, Row], dict[str, Row]]]:
    """Yields what belongs to each scene before and after, with its number after: scenes are known by their ids."""
    known = {old.scenes[number]["id"]: rows for number, rows in before.items() if number in old.scenes}
    for number, rows in after.items():
        yield number, known.get(new.scenes[number]["id"], {}), rows


def _cause(rows: ProjectRows, cause: Cause) -> LogEntry | None:
    """Returns the message that changed a row, or the last one of its project."""
    return rows.causes.get(cause) or rows.causes.get(("project", rows.project_id))


def _entry(row: RowMapping) -> LogEntry:
    content, problem = parse(row["subject"], row["body"])
    stored = {name: row[name] for name in _LOG_COLUMNS if name != "valid"}
    return LogEntry(**stored | {"problem": problem}, spare_id=row["message_id"], content=content)
