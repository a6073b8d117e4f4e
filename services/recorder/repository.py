"""Every write to the database, in one transaction a batch."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection, Engine, RowMapping, Select, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from services.recorder.entries import LogEntry, Position, parse
from services.recorder.media_rows import Row
from services.recorder.projection import PROJECT_COLUMNS, SCENE_COLUMNS, ProjectRows
from shared.database.engine import transaction
from shared.database.models import Base, LoggedMessage, Project, Scene, Video, VisualSuggestion

__all__ = ["Repository", "UnitOfWork"]

_LOG: Final = LoggedMessage.__table__
_LOG_COLUMNS: Final = tuple(column.name for column in _LOG.columns)


class Repository:
    """The database as the recorder uses it. It blocks: call it from a thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def unit_of_work(self) -> Iterator["UnitOfWork"]:
        """All or nothing.

        Raises:
            PipelineError: `database_unavailable`; nothing was written.
        """
        with transaction(self._engine) as connection:
            yield UnitOfWork(connection)

    def close(self) -> None:
        """Closes its connections."""
        self._engine.dispose()


class UnitOfWork:
    """What happens in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def unknown(self, entries: Iterable[LogEntry]) -> list[LogEntry]:
        """Those that the log does not hold yet, each once.

        A message is known by its id. One that has the id of another message and says something else is no repetition:
        it goes by its spare id.
        """
        entries = list(entries)
        ids = {entry.message_id for entry in entries} | {entry.spare_id for entry in entries}
        columns = (LoggedMessage.message_id, LoggedMessage.subject, LoggedMessage.body, LoggedMessage.raw_body)
        stored = self._connection.execute(select(*columns).where(LoggedMessage.message_id.in_(ids)))
        known = {message_id: tuple(said) for message_id, *said in stored}
        new = []
        for entry in entries:
            said = (entry.subject, entry.body, entry.raw_body)
            if known.get(entry.message_id, said) != said:
                entry = entry.renamed()  # noqa: PLW2901 - the same entry by another name
            if entry.message_id not in known:
                known[entry.message_id] = said
                new.append(entry)
        return new

    def append(self, entries: Sequence[LogEntry]) -> None:
        """Adds to the log."""
        if entries:
            statement = self._insert(LoggedMessage).on_conflict_do_nothing(index_elements=["message_id"])
            values = [{name: getattr(entry, name) for name in _LOG_COLUMNS} for entry in entries]
            self._connection.execute(statement, values)

    def last_positions(self, project_ids: Iterable[str]) -> dict[str, Position]:
        """How far the log has come with each project that it knows."""
        place = (_LOG.c.revision, _LOG.c.published_at, _LOG.c.sequence)
        backwards = [column.desc() for column in place]
        nth = func.row_number().over(partition_by=_LOG.c.project_id, order_by=backwards)
        ranked = (
            select(_LOG.c.project_id, *place, nth.label("nth")).where(_LOG.c.project_id.in_(project_ids)).subquery()
        )
        rows = self._connection.execute(select(ranked).where(ranked.c.nth == 1))
        return {row.project_id: (row.revision, row.published_at, row.sequence) for row in rows}

    def entries_of(self, project_id: str) -> list[LogEntry]:
        """Every valid message of a project."""
        query = select(_LOG).where(LoggedMessage.project_id == project_id, LoggedMessage.valid)
        return [_entry(row) for row in self._connection.execute(query).mappings()]

    def load(self, footage: Mapping[str, frozenset[int]]) -> dict[str, ProjectRows]:
        """The rows of some projects.

        Args:
            footage: the projects' ids, each with the numbers of the scenes whose suggestions are wanted.
        """
        found = {project_id: ProjectRows(project_id=project_id) for project_id in footage}
        for row in self._rows(select(*_columns(Project, PROJECT_COLUMNS)).where(Project.id.in_(footage))):
            found[row["id"]].project = row
        wanted: dict[str, dict[str, Row]] = {}
        for row in self._rows(select(*_columns(Scene, SCENE_COLUMNS)).where(Scene.project_id.in_(footage))):
            rows, number = found[row["project_id"]], row["scene_number"]
            rows.scenes[number] = row
            rows.scene_ids[number] = row["id"]
            if number in footage[row["project_id"]]:
                wanted[row["id"]] = rows.suggestions[number] = {}
        if wanted:
            query = select(VisualSuggestion.__table__).where(VisualSuggestion.scene_id.in_(wanted))
            for row in self._rows(query):
                wanted[row["scene_id"]][row["video_id"]] = row
        return found

    def save(self, changes: Iterable[tuple[ProjectRows, ProjectRows]]) -> None:
        """Writes what differs between the rows as they were and as they are to be."""
        changes = list(changes)
        self._upsert(Project, ["id"], [_changed(old.project, new.project) for old, new in changes])
        gone = [row["id"] for old, new in changes for number, row in old.scenes.items() if number not in new.scenes]
        self._delete(Scene, gone)
        scenes = [_changed(old.scenes.get(number), row) for old, new in changes for number, row in new.scenes.items()]
        self._upsert(Scene, ["project_id", "scene_number"], scenes)
        self._save_suggestions(changes)
        self._save_videos([row for _, new in changes for row in new.videos.values()])

    def _save_suggestions(self, changes: Sequence[tuple[ProjectRows, ProjectRows]]) -> None:
        gone, kept = [], []
        for old, new in changes:
            for number, suggestions in new.suggestions.items():
                before = old.suggestions.get(number, {})
                gone += [row["id"] for video_id, row in before.items() if video_id not in suggestions]
                kept += [_changed(before.get(video_id), row) for video_id, row in suggestions.items()]
        self._delete(VisualSuggestion, gone)
        self._upsert(VisualSuggestion, ["scene_id", "video_id"], kept)

    def _save_videos(self, videos: Sequence[Row]) -> None:
        """A file may serve several projects: it is as old as its first use and as new as its last."""
        if not videos:
            return
        query = select(Video.__table__).where(Video.path.in_({row["path"] for row in videos}))
        stored = {row["path"]: row for row in self._rows(query)}
        merged: dict[str, Row] = {}
        for row in videos:
            before = merged.get(row["path"]) or stored.get(row["path"])
            if before is not None:
                latest = max(before["updated_at"], row["updated_at"])
                row = row | {"id": before["id"], "updated_at": latest}  # noqa: PLW2901 - the same row, merged
                row["created_at"] = min(before["created_at"], row["created_at"])
            merged[row["path"]] = row
        self._upsert(Video, ["path"], [_changed(stored.get(path), row) for path, row in merged.items()])

    def _upsert(self, table: type[Base], key: Sequence[str], rows: Iterable[Row | None]) -> None:
        """Never REPLACE: that would delete and insert, past triggers and with cascades."""
        values = [row for row in rows if row is not None]
        if values:
            statement = self._insert(table)
            changed = {name: statement.excluded[name] for name in values[0] if name not in {"id", *key}}
            self._connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=changed), values)

    def _delete(self, table: type[Scene | VisualSuggestion], ids: Sequence[str]) -> None:
        if ids:
            self._connection.execute(delete(table).where(table.id.in_(ids)))

    def _rows(self, query: Select[Any]) -> list[Row]:
        return [dict(row) for row in self._connection.execute(query).mappings()]

    def _insert(self, table: type[Base]) -> Any:
        if self._connection.dialect.name == "sqlite":
            return sqlite.insert(table)
        return postgresql.insert(table)


def _columns(table: type[Base], names: Iterable[str]) -> list[Any]:
    return [getattr(table, name) for name in names]


def _changed(before: Row | None, after: Row | None) -> Row | None:
    """The row to write, None if it is written already."""
    if after is None:
        return None
    row = {name: value.replace("\0", "") if isinstance(value, str) else value for name, value in after.items()}
    written = before is not None and all(before[name] == value for name, value in row.items())
    return None if written else row


def _entry(row: RowMapping) -> LogEntry:
    content, problem = parse(row["subject"], row["body"])
    stored = {name: row[name] for name in _LOG_COLUMNS if name != "valid"}
    return LogEntry(**stored | {"problem": problem}, spare_id=row["message_id"], content=content)
