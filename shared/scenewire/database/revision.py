"""Upgrades and downgrades of a database's schema."""

import asyncio
import logging
import threading
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Final

import structlog
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from scenewire.database.bulk import fetch
from scenewire.database.engine import LOCK_TIMEOUT, redacted_url, transaction, writing_engine
from scenewire.errors import FailureCode, PermanentError

__all__ = ["VERSION_TABLE", "downgrade", "require_expected", "upgrade", "upgrade_engine"]

VERSION_TABLE: Final = "scenewire_version"
"""A table of our own: the web application uses `migrations`, the older editor `alembic_version`."""

_INI: Final = Path(__file__).with_name("alembic.ini")
log = structlog.get_logger(__name__)
_one_at_a_time: Final = threading.Lock()
"""Alembic keeps the running migration in module globals."""


async def upgrade(url: str, *, lock_timeout: timedelta = LOCK_TIMEOUT) -> None:
    """Creates or upgrades the schema; creates a missing file, but not its folder.

    It runs in one transaction under the write lock: several processes may call it at once, and a failed migration leaves
    no changes.

    Args:
        url: a DATABASE_URL.
        lock_timeout: how long to wait for a locked database.

    Raises:
        PermanentError: `database_too_new`, a later version of scenewire wrote it; or `database_unavailable`.
        TransientError: `database_unavailable`, it is locked, full, or a read-only Postgres.
    """
    await asyncio.to_thread(_migrate, url, lock_timeout, upgrade_engine)


async def downgrade(url: str, revision: str = "base", *, lock_timeout: timedelta = LOCK_TIMEOUT) -> None:
    """Downgrades the schema; tables of other applications stay, with their rows.

    Raises:
        PipelineError: as for `upgrade`.
    """
    await asyncio.to_thread(_migrate, url, lock_timeout, lambda engine: _downgrade_engine(engine, revision))


def require_expected(connection: Connection) -> None:
    """Checks before a write that the schema is the expected one.

    Raises:
        PermanentError: `database_too_new`, or `database_unavailable`: it is older or missing.
    """
    try:
        present = tuple(name for (name,) in fetch(connection, f"SELECT version_num FROM {VERSION_TABLE}"))  # noqa: S608
    except (OperationalError, ProgrammingError):  # no such table
        present = ()
    if present != _heads():
        _refuse_unknown(connection, present, ScriptDirectory.from_config(Config(_INI)))
        raise PermanentError(
            FailureCode.DATABASE_UNAVAILABLE,
            f"the database {redacted_url(connection.engine.url)} has {'an older schema' if present else 'no tables of scenewire'}",
            hint="restart the recorder, which upgrades it",
        )


@cache
def _heads() -> tuple[str, ...]:
    return tuple(ScriptDirectory.from_config(Config(_INI)).get_heads())


def upgrade_engine(engine: Engine) -> None:
    """Upgrades the database of an existing engine, such as one in memory. Blocks.

    Raises:
        PipelineError: as for `upgrade`.
    """
    with _one_at_a_time, transaction(engine) as connection:
        _step(connection, lambda config: command.upgrade(config, "head"))
        # changes nothing, and fails in a Postgres that is read-only or denies this user the tables
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = version_num WHERE version_num = ''"))  # noqa: S608


def _downgrade_engine(engine: Engine, revision: str) -> None:
    with _one_at_a_time, transaction(engine) as connection:
        _step(connection, lambda config: command.downgrade(config, revision))


def _migrate(url: str, lock_timeout: timedelta, step: Callable[[Engine], None]) -> None:
    engine = writing_engine(url, lock_timeout=lock_timeout, create=True)
    try:
        step(engine)
    finally:
        engine.dispose()


def _step(connection: Connection, step: Callable[[Config], None]) -> None:
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it logs five lines at every start
    config = Config(_INI)
    config.attributes["connection"] = connection
    before = _revisions(connection)
    _refuse_unknown(connection, before, ScriptDirectory.from_config(config))
    step(config)
    after = _revisions(connection)
    if not after:
        connection.execute(text(f"DROP TABLE IF EXISTS {VERSION_TABLE}"))
    if after != before:
        log.info("database_migrated", before=before, after=after)


def _revisions(connection: Connection) -> tuple[str, ...]:
    return MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE}).get_current_heads()


def _refuse_unknown(connection: Connection, present: tuple[str, ...], scripts: ScriptDirectory) -> None:
    unknown = set(present) - {script.revision for script in scripts.walk_revisions()}
    if unknown:
        raise PermanentError(
            FailureCode.DATABASE_TOO_NEW,
            f"the database {redacted_url(connection.engine.url)} has the schema {', '.join(sorted(unknown))}, which this version does not know",
            hint="run the version that wrote it, or a later one",
        )
