"""Engines for writing and reading, one transaction per unit of work, failures in plain words."""

import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from shared.errors import FailureCode, PermanentError, PipelineError, TransientError

__all__ = ["PATIENCE", "reading_engine", "reporting", "snapshot", "transaction", "writing_engine"]

PATIENCE: Final = timedelta(seconds=5)
"""How long SQLite waits for another writer before it calls the database locked."""

_WRITING_DRIVERS: Final = {"sqlite": "sqlite+pysqlite", "postgresql": "postgresql+psycopg"}
_READING_DRIVERS: Final = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+psycopg"}


def writing_engine(url: str, *, patience: timedelta = PATIENCE) -> Engine:
    """An engine for a DATABASE_URL. It blocks, so it belongs into a thread: a batch is one trip there and back.

    Nothing is opened before the first transaction. SQLite's files are left in WAL mode: readers go on while we write.

    Args:
        url: such as sqlite:////absolute/file.db.
        patience: how long to wait for a locked database.

    Raises:
        PermanentError: `database_unavailable`, the URL names no database that we speak to.
    """
    parsed = _parse(url, _WRITING_DRIVERS)
    engine = create_engine(parsed, **_options(parsed, patience))
    if engine.dialect.name == "sqlite":
        _prepare(engine, begin="BEGIN IMMEDIATE")  # begun as a reader, it could not wait for another writer
        event.listen(engine, "connect", lambda connection, _: _prepare_to_write(connection, patience))
    return engine


def reading_engine(url: str, *, patience: timedelta = PATIENCE) -> AsyncEngine:
    """The same for event loops, and for reading only: it never waits for the writer."""
    parsed = _parse(url, _READING_DRIVERS)
    engine = create_async_engine(parsed, **_options(parsed, patience))
    if engine.dialect.name == "sqlite":
        _prepare(engine.sync_engine, begin="BEGIN", also="PRAGMA query_only=ON")
    return engine


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """All or nothing. On SQLite it holds the write lock from the beginning.

    Raises:
        PipelineError: `database_unavailable`; nothing was written.
    """
    with reporting(engine.url), engine.begin() as connection:
        yield connection


@asynccontextmanager
async def snapshot(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """One consistent view, whatever is written meanwhile.

    Raises:
        PipelineError: `database_unavailable`.
    """
    with reporting(engine.url):
        async with engine.connect() as connection:
            yield connection


@contextmanager
def reporting(url: URL) -> Iterator[None]:
    """Turns failures of the database into ours. Those of a statement (constraints, values) stay what they are."""
    try:
        yield
    except (IntegrityError, DataError, ProgrammingError):
        raise
    except DBAPIError as error:
        raise _explain(url, error) from error


def _parse(url: str, drivers: dict[str, str]) -> URL:
    try:
        named = make_url(url)
        parsed = named.set(drivername=drivers[named.get_backend_name()])
        parsed.get_dialect().import_dbapi()
    except (ArgumentError, KeyError, ImportError) as error:
        raise PermanentError(
            FailureCode.DATABASE_UNAVAILABLE,
            "DATABASE_URL names no database that we speak to",
            hint="it looks like sqlite:////absolute/file.db; Postgres needs the package psycopg",
        ) from error
    return parsed


def _options(url: URL, patience: timedelta) -> dict[str, Any]:
    if url.get_backend_name() != "sqlite":
        return {}
    return {"connect_args": {"timeout": patience.total_seconds()}}


def _prepare(engine: Engine, *, begin: str, also: str | None = None) -> None:
    def on_connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver's own transactions begin late and skip DDL
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys=ON")
        if also is not None:
            cursor.execute(also)
        cursor.close()

    event.listen(engine, "connect", on_connect)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))


def _prepare_to_write(connection: sqlite3.Connection, patience: timedelta) -> None:
    connection.execute("PRAGMA synchronous=FULL")  # messages are acknowledged after the commit
    deadline = time.monotonic() + patience.total_seconds()
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")  # once for the life of a file
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_BUSY" or time.monotonic() >= deadline:
                raise
            time.sleep(0.02)  # SQLite does not wait when two try at once
        else:
            return


def _explain(url: URL, error: DBAPIError) -> PipelineError:
    if url.get_backend_name() != "sqlite":
        place = url.render_as_string(hide_password=True)
        return TransientError(FailureCode.DATABASE_UNAVAILABLE, f"the database {place} does not answer: {error.orig}")
    path = Path((url.database or ":memory:").removeprefix("file:")).absolute()
    reason = _sqlite_reason(error.orig)
    kind: type[PipelineError] = PermanentError
    if reason.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        kind, problem, hint = TransientError, "is locked by another program", "close the program that holds it"
    elif reason.startswith("SQLITE_FULL"):
        kind, problem, hint = TransientError, "has no room: its disk is full", "make room"
    elif reason.startswith("SQLITE_READONLY"):
        problem, hint = "is read-only", "give this user the right to write the file and its folder"
    elif reason.startswith("SQLITE_CANTOPEN") and not path.parent.is_dir():
        problem, hint = f"cannot be opened: there is no folder {path.parent}", "create it, or correct DATABASE_URL"
    elif reason.startswith("SQLITE_CANTOPEN"):
        problem, hint = "cannot be opened", "is it a file, and may this user write it and its folder?"
    elif reason.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
        problem, hint = "is damaged or no SQLite database", "restore it, or move it away and rebuild it"
    else:
        kind, problem, hint = TransientError, f"fails: {error.orig}", "the log has the details"
    return kind(FailureCode.DATABASE_UNAVAILABLE, f"the database {path} {problem}", hint=hint)


def _sqlite_reason(error: BaseException | None) -> str:
    """SQLite's own name of a failure; the asynchronous driver wraps the exception that carries it."""
    while error is not None:
        name = getattr(error, "sqlite_errorname", None)
        if name is not None:
            return str(name)
        error = error.__cause__
    return ""
