"""Engines for writing and reading, transactions, and error messages."""

import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from scenewire.errors import FailureCode, PermanentError, PipelineError, TransientError

__all__ = [
    "LOCK_TIMEOUT",
    "WRITE_LOCK",
    "reading_engine",
    "redacted_url",
    "reporting",
    "snapshot",
    "transaction",
    "writing_engine",
]

LOCK_TIMEOUT: Final = timedelta(seconds=5)
"""How long to wait for another writer."""

WRITE_LOCK: Final = int.from_bytes(b"scenewir")
"""Advisory lock in Postgres: one writer at a time, as in SQLite."""

_IN_MEMORY: Final = {None, "", ":memory:"}

_WRITING_DRIVERS: Final = {"sqlite": "sqlite+pysqlite", "postgresql": "postgresql+psycopg"}
_READING_DRIVERS: Final = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+psycopg"}


def writing_engine(url: str, *, lock_timeout: timedelta = LOCK_TIMEOUT, create: bool = False) -> Engine:
    """Returns an engine for a DATABASE_URL. It blocks: use it in a thread.

    It connects at the first transaction. SQLite files are set to WAL mode, in which writing does not block readers.

    Args:
        url: such as sqlite:////absolute/file.db or postgresql://user:password@host/database.
        lock_timeout: how long to wait for a locked database.
        create: whether to create a missing SQLite file; its folder must exist.

    Raises:
        PermanentError: `database_unavailable`, the URL is not of a supported database.
    """
    parsed = _parse(url, _WRITING_DRIVERS)
    engine = create_engine(parsed, **_options(parsed, lock_timeout))
    if engine.dialect.name == "sqlite":
        if not create:
            event.listen(engine, "do_connect", lambda *_: _find(parsed))
        _prepare(
            engine, begin="BEGIN IMMEDIATE"
        )  # a transaction that starts as a reader cannot wait for another writer
        event.listen(engine, "connect", lambda connection, record: _prepare_to_write(connection, record, lock_timeout))
    else:
        limit = f"set_config('lock_timeout', '{round(lock_timeout.total_seconds() * 1000) or 1}', true)"
        take = f"SELECT {limit}, pg_advisory_xact_lock({WRITE_LOCK})"
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(take))
    return engine


def reading_engine(url: str, *, lock_timeout: timedelta = LOCK_TIMEOUT) -> AsyncEngine:
    """Returns a read-only engine for event loops; it never waits for the writer."""
    parsed = _parse(url, _READING_DRIVERS)
    engine = create_async_engine(parsed, **_options(parsed, lock_timeout))
    if engine.dialect.name == "sqlite":
        event.listen(engine.sync_engine, "do_connect", lambda *_: _find(parsed))
        _prepare(engine.sync_engine, begin="BEGIN", also="PRAGMA query_only=ON")
        return engine
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """Runs a transaction that holds the write lock from its start.

    Raises:
        PipelineError: `database_unavailable`; nothing was written.
    """
    try:
        with reporting(engine.url), engine.begin() as connection:
            _hold_to_the_file(connection)
            yield connection
    except PermanentError:
        if engine.url.database not in _IN_MEMORY:
            engine.dispose()  # a file that was opened read-only stays so after the fault is repaired
        raise


@asynccontextmanager
async def snapshot(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Runs a reading transaction with one consistent state.

    Raises:
        PipelineError: `database_unavailable`.
    """
    with reporting(engine.url):
        async with engine.connect() as connection:
            yield connection


@contextmanager
def reporting(url: URL) -> Iterator[None]:
    """Translates errors of the database; errors of a statement (constraints, values) stay unchanged."""
    try:
        yield
    except (IntegrityError, DataError):
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
            "DATABASE_URL is not the URL of a supported database",
            hint="it looks like sqlite:////absolute/file.db or postgresql://user:password@host/database",
        ) from error
    return parsed


def _options(url: URL, lock_timeout: timedelta) -> dict[str, Any]:
    seconds = lock_timeout.total_seconds()
    if url.get_backend_name() != "sqlite":
        ours = {"connect_timeout": max(2, round(seconds)), "application_name": "scenewire"}
        connecting = {name: value for name, value in ours.items() if name not in url.query}
        return {"connect_args": connecting, "pool_pre_ping": True}
    if url.database in _IN_MEMORY:  # it exists as long as its only connection
        alone = {"check_same_thread": False, "timeout": seconds}
        return {"connect_args": alone, "poolclass": QueuePool, "pool_size": 1, "max_overflow": 0}
    return {"connect_args": {"timeout": seconds}}


def _file(url: URL) -> Path | None:
    """Returns SQLite's file; None for a database in memory."""
    name = url.database or ":memory:"
    return None if name == ":memory:" else Path(name.removeprefix("file:")).absolute()


def _find(url: URL) -> None:
    """Checks that the file exists: SQLite would create an empty one, which would hide the loss."""
    path = _file(url)
    if path is not None and path.parent.is_dir() and not path.exists():
        raise PermanentError(
            FailureCode.DATABASE_UNAVAILABLE,
            f"the database {path} does not exist",
            hint="put it back, or restart the recorder, which creates an empty one",
        )


def _hold_to_the_file(connection: Connection) -> None:
    """Checks the inode: writes to an open file that was moved or replaced succeed, and are lost."""
    opened, path = connection.info.get("file"), _file(connection.engine.url)
    if opened is None or path is None or _number(path) == opened:
        return
    connection.invalidate()
    raise TransientError(
        FailureCode.DATABASE_UNAVAILABLE,
        f"the database {path} was {'replaced' if path.exists() else 'moved away or deleted'}",
        hint="put it back, or restart the recorder, which creates an empty one",
    )


def _number(path: Path) -> tuple[int, int] | None:
    try:
        about = path.stat()
    except OSError:
        return None
    return about.st_dev, about.st_ino


def _prepare(engine: Engine, *, begin: str, also: str | None = None) -> None:
    def on_connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver's own transactions start late and exclude DDL
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys=ON")
        if also is not None:
            cursor.execute(also)
        cursor.close()

    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine, "connect", on_connect)
    event.listen(engine, "begin", on_begin)


def _prepare_to_write(connection: sqlite3.Connection, record: ConnectionPoolEntry, lock_timeout: timedelta) -> None:
    name = connection.execute("PRAGMA database_list").fetchone()[2]
    record.info["file"] = _number(Path(name)) if name else None
    connection.execute("PRAGMA synchronous=FULL")  # messages are acknowledged after the commit
    connection.execute(
        "PRAGMA wal_autocheckpoint=4000"
    )  # pages; at the default of 1000, every other batch writes everything twice
    deadline = time.monotonic() + lock_timeout.total_seconds()
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")  # persistent in the file
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_BUSY" or time.monotonic() >= deadline:
                raise
            time.sleep(0.02)  # SQLite does not wait when two connections set it at once
        else:
            return


def redacted_url(url: URL) -> str:
    """Returns a database's URL without driver and password."""
    return url.set(drivername=url.get_backend_name(), query={}).render_as_string(hide_password=True)


def _explain(url: URL, error: DBAPIError) -> PipelineError:
    if url.get_backend_name() != "sqlite":
        return _explain_postgres(url, error)
    path = _file(url) or ":memory:"
    reason = _sqlite_reason(error.orig)
    kind: type[PipelineError] = PermanentError
    if reason.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        kind, problem, hint = TransientError, "is locked by another program", "close the program that holds the lock"
    elif reason.startswith("SQLITE_FULL"):
        kind, problem, hint = TransientError, "is on a full disk", "free space"
    elif reason.startswith("SQLITE_READONLY"):
        problem, hint = "is read-only", "allow this user to write the file and its folder"
    elif reason.startswith("SQLITE_CANTOPEN") and isinstance(path, Path) and not path.parent.is_dir():
        problem, hint = (
            f"cannot be opened: the folder {path.parent} does not exist",
            "create it, or correct DATABASE_URL",
        )
    elif reason.startswith("SQLITE_CANTOPEN"):
        problem, hint = "cannot be opened", "check that it is a file, and that this user may write it and its folder"
    elif reason.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
        problem, hint = "is damaged or is not a SQLite database", "restore it, or move it away and rebuild it"
    else:
        kind, problem, hint = TransientError, f"fails: {error.orig}", "see the log"
    return kind(FailureCode.DATABASE_UNAVAILABLE, f"the database {path} {problem}", hint=hint)


def _sqlite_reason(error: BaseException | None) -> str:
    """Returns SQLite's name of an error; the asynchronous driver wraps the exception that has it."""
    while error is not None:
        name = getattr(error, "sqlite_errorname", None)
        if name is not None:
            return str(name)
        error = error.__cause__
    return ""


_POSTGRES_PROBLEMS: Final = {
    "25006": ("is read-only", "write to the primary, not to a replica"),
    "28": ("refuses this user", "correct the user and the password in DATABASE_URL"),
    "3D000": ("does not exist", "create it: CREATE DATABASE ... ENCODING 'UTF8'"),
    "42501": ("denies this user permission", "make the user the owner of the database, or grant it the tables"),
    "53100": ("is on a full disk", "free space"),
    "53300": ("has too many connections", "close some, or raise max_connections"),
    "55P03": ("is locked by another program", "close the program that holds the lock"),
}
"""Problem and hint by SQLSTATE or its class."""


def _explain_postgres(url: URL, error: DBAPIError) -> PipelineError:
    state = getattr(error.orig, "sqlstate", None) or ""
    message = " ".join(str(error.orig).split())
    problem, hint = _POSTGRES_PROBLEMS.get(state) or _POSTGRES_PROBLEMS.get(state[:2]) or (f"fails: {message}", "")
    if not state:
        hint = "check that it runs, and the host, port, database, user and password in DATABASE_URL"
        _, refused, why = message.rpartition("FATAL: ")
        problem = f"refuses the connection: {why.strip()}" if refused else f"does not answer: {message}"
    return TransientError(FailureCode.DATABASE_UNAVAILABLE, f"the database {redacted_url(url)} {problem}", hint=hint)
