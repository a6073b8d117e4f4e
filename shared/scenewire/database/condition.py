"""Checks of a database: its schema and whether it is intact. Read-only."""

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from scenewire.database.engine import reading_engine, snapshot, transaction, writing_engine
from scenewire.database.index import index_fits
from scenewire.database.models import Base
from scenewire.database.revision import VERSION_TABLE
from scenewire.errors import FailureCode, PermanentError

__all__ = ["Condition", "Schema", "examine", "require_current", "require_file", "require_folder", "revisions"]

_INI: Final = Path(__file__).with_name("alembic.ini")

Schema = Literal["current", "older", "newer", "none"]


@dataclass(frozen=True, kw_only=True)
class Condition:
    """Result of a check.

    Attributes:
        place: the database's URL without password.
        schema: the schema compared with the expected one.
        revision: the name of the schema; None if there is none.
        expected: the name of the expected schema.
        problems: faults, for people.
    """

    place: str
    schema: Schema
    revision: str | None
    expected: str
    problems: tuple[str, ...] = ()


async def examine(url: str) -> Condition:
    """Examines a database; reads the whole file.

    Raises:
        PipelineError: `database_unavailable`.
    """
    found = await _look(url, thoroughly=True)
    if found.schema != "current" or found.problems or await asyncio.to_thread(_index_fits, url):
        return found
    return replace(found, problems=("the full-text index differs from the videos; `scenewire rebuild` repairs it",))


async def require_current(url: str) -> None:
    """Checks that the database has the expected schema.

    Raises:
        PipelineError: `database_unavailable` or `database_too_new`.
    """
    found = await _look(url, thoroughly=False)
    match found.schema:
        case "none":
            raise PermanentError(
                FailureCode.DATABASE_UNAVAILABLE,
                f"the database {found.place} has no tables of scenewire",
                hint="run `scenewire db upgrade`; making a video does that too",
            )
        case "older":
            raise PermanentError(
                FailureCode.DATABASE_UNAVAILABLE,
                f"the database {found.place} has the older schema {found.revision}",
                hint="run `scenewire db upgrade`",
            )
        case "newer":
            raise PermanentError(
                FailureCode.DATABASE_TOO_NEW,
                f"the database {found.place} has the schema {found.revision}, which this version does not know",
                hint="run the version that wrote it, or a later one",
            )
        case _:
            pass


def require_file(url: str, *, hint: str) -> None:
    """Checks that the file of a SQLite database exists.

    Args:
        url: a DATABASE_URL.
        hint: the hint of the error.

    Raises:
        PermanentError: `database_unavailable`.
    """
    path = _file(url)
    if path is not None and not path.exists():
        message = f"the database does not exist yet: there is no file {path}"
        raise PermanentError(FailureCode.DATABASE_UNAVAILABLE, message, hint=hint)


def require_folder(url: str) -> None:
    """Checks that the folder of a SQLite database exists.

    Args:
        url: a DATABASE_URL.

    Raises:
        PermanentError: `database_unavailable`.
    """
    path = _file(url)
    if path is not None and not path.parent.is_dir():
        raise PermanentError(
            FailureCode.DATABASE_UNAVAILABLE,
            f"the database {path} cannot be opened: the folder {path.parent} does not exist",
            hint="create it, or correct DATABASE_URL",
        )


def revisions() -> tuple[str, ...]:
    """Returns the names of all known schemas, the expected one first."""
    return tuple(script.revision for script in ScriptDirectory.from_config(Config(_INI)).walk_revisions())


async def _look(url: str, *, thoroughly: bool) -> Condition:
    require_file(url, hint="the first video creates it; if it is elsewhere, correct --data or DATABASE_URL")
    known = revisions()
    engine = reading_engine(url)
    try:
        async with snapshot(engine) as connection:
            revision = await connection.run_sync(_revision)
            problems = await connection.run_sync(_problems) if thoroughly else ()
            if thoroughly and revision == known[0]:
                problems += await connection.run_sync(_missing)
    finally:
        await engine.dispose()
    schema: Schema = "none" if revision is None else "newer" if revision not in known else "older"
    if revision == known[0]:
        schema = "current"
    shown = engine.url.set(drivername=engine.url.get_backend_name(), query={})  # a query may hold a password
    return Condition(
        place=shown.render_as_string(hide_password=True),
        schema=schema,
        revision=revision,
        expected=known[0],
        problems=problems,
    )


def _file(url: str) -> Path | None:
    """Returns SQLite's file; None for a database in memory or on a server."""
    place = reading_engine(url).url
    name = place.database or ":memory:"
    if place.get_backend_name() != "sqlite" or name == ":memory:":
        return None
    return Path(name.removeprefix("file:")).absolute()


def _index_fits(url: str) -> bool:
    engine = writing_engine(url)
    try:
        with transaction(engine) as connection:
            return index_fits(connection)
    finally:
        engine.dispose()


def _revision(connection: Connection) -> str | None:
    heads = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE}).get_current_heads()
    return ", ".join(heads) or None


def _problems(connection: Connection) -> tuple[str, ...]:
    if connection.dialect.name != "sqlite":
        return ()
    found = [str(fault) for (fault,) in connection.execute(text("PRAGMA integrity_check")) if fault != "ok"]
    orphans = connection.execute(text("PRAGMA foreign_key_check")).all()
    return (*found, *sorted({f"a row of {row[0]} refers to a missing row of {row[2]}" for row in orphans}))


def _missing(connection: Connection) -> tuple[str, ...]:
    missing = sorted(Base.metadata.tables.keys() - set(inspect(connection).get_table_names()))
    return tuple(f"the table {name} is missing" for name in missing)
