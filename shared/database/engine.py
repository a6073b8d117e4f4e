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

__all__ = ["PATIENCE", "migrating_engine", "open_engine", "reporting", "transaction"]

PATIENCE: Final = timedelta(seconds=5)
"""How long SQLite waits for another writer before it calls the database locked."""

_DRIVERS: Final = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+psycopg"}
_MIGRATING_DRIVERS: Final = _DRIVERS | {"sqlite": "sqlite+pysqlite"}


def open_engine(url: str, *, read_only: bool = False, patience: timedelta = PATIENCE) -> AsyncEngine:
    """An engine for a DATABASE_URL. Nothing is opened before the first transaction.

    Args:
        url: such as sqlite:////absolute/file.db.
        read_only: refuse to write, and never wait for the writer.
        patience: how long to wait for a locked database.

    Raises:
        PermanentError: `database_unavailable`, the URL names no database that we speak to.
    """
    parsed = _parse(url, _DRIVERS)
    engine = create_async_engine(parsed, **_options(parsed, patience))
    _prepare(engine.sync_engine, read_only=read_only)
    return engine


def migrating_engine(url: str, *, patience: timedelta = PATIENCE) -> Engine:
    """The same for migrations, which run in a thread. It leaves SQLite in WAL mode: readers go on while we write."""
    parsed = _parse(url, _MIGRATING_DRIVERS)
    engine = create_engine(parsed, **_options(parsed, patience))
    _prepare(engine, read_only=False)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda connection, _: _switch_to_wal(connection, patience))
    return engine


@asynccontextmanager
async def transaction(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """All or nothing. On SQLite a writing engine holds the write lock from the beginning.

    Raises:
        PipelineError: `database_unavailable`; nothing was written.
    """
    with reporting(engine.url):
        async with engine.begin() as connection:
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
        parsed = make_url(url)
        return parsed.set(drivername=drivers[parsed.get_backend_name()])
    except (ArgumentError, KeyError) as error:
        raise PermanentError(
            FailureCode.DATABASE_UNAVAILABLE,
            "DATABASE_URL names no database that we speak to",
            hint="it looks like sqlite:////absolute/file.db",
        ) from error


def _options(url: URL, patience: timedelta) -> dict[str, Any]:
    if url.get_backend_name() != "sqlite":
        return {}
    return {"connect_args": {"timeout": patience.total_seconds()}}


def _prepare(engine: Engine, *, read_only: bool) -> None:
    if engine.dialect.name != "sqlite":
        return

    def connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver's own transactions begin late and skip DDL
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys=ON")
        if read_only:
            cursor.execute("PRAGMA query_only=ON")
        else:
            cursor.execute("PRAGMA synchronous=FULL")  # we acknowledge messages after the commit
        cursor.close()

    def begin(connection: Connection) -> None:
        # A transaction that begins by reading and is to write later fails at once when another writer came between.
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    event.listen(engine, "connect", connect)
    event.listen(engine, "begin", begin)


def _switch_to_wal(connection: Any, patience: timedelta) -> None:
    """Once for the life of a file. SQLite does not wait when two try at once, so we do."""
    deadline = time.monotonic() + patience.total_seconds()
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_BUSY" or time.monotonic() >= deadline:
                raise
            time.sleep(0.02)
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
