"""How a database is: which schema it has, and whether it is intact. Reads only."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from shared.database.engine import reading_engine, snapshot
from shared.database.models import Base
from shared.database.revision import VERSION_TABLE
from shared.errors import FailureCode, PermanentError

__all__ = ["Condition", "Schema", "examine", "require_current"]

_INI: Final = Path(__file__).with_name("alembic.ini")

Schema = Literal["current", "older", "newer", "none"]


@dataclass(frozen=True, kw_only=True)
class Condition:
    """What was found.

    Attributes:
        place: the database, without password.
        schema: compared with what this code expects.
        revision: the schema's name; None when there is none.
        expected: the name of what this code expects.
        problems: what is not in order, for people.
    """

    place: str
    schema: Schema
    revision: str | None
    expected: str
    problems: tuple[str, ...] = ()


async def examine(url: str) -> Condition:
    """Everything that can be found out without changing anything. Reads the whole file.

    Raises:
        PipelineError: `database_unavailable`.
    """
    return await _look(url, thoroughly=True)


async def require_current(url: str) -> None:
    """Makes sure that there is a database of ours with the schema that this code reads.

    Raises:
        PipelineError: `database_unavailable` or `database_too_new`, and what to do.
    """
    found = await _look(url, thoroughly=False)
    match found.schema:
        case "none":
            raise PermanentError(
                FailureCode.DATABASE_UNAVAILABLE,
                f"the database {found.place} holds no record",
                hint="`scenewire db upgrade` makes it ready; a film does that too",
            )
        case "older":
            raise PermanentError(
                FailureCode.DATABASE_UNAVAILABLE,
                f"the database {found.place} has the older schema {found.revision}",
                hint="`scenewire db upgrade` brings it up to date",
            )
        case "newer":
            raise PermanentError(
                FailureCode.DATABASE_TOO_NEW,
                f"the database {found.place} has the schema {found.revision}, which this version does not know",
                hint="run the version that wrote it, or a later one",
            )
        case _:
            pass


async def _look(url: str, *, thoroughly: bool) -> Condition:
    engine = reading_engine(url)
    _require_file(engine.url)
    try:
        async with snapshot(engine) as connection:
            revision = await connection.run_sync(_revision)
            problems: tuple[str, ...] = ()
            if thoroughly:
                problems = await connection.run_sync(_problems)
    finally:
        await engine.dispose()
    scripts = ScriptDirectory.from_config(Config(_INI))
    expected = scripts.get_current_head() or ""
    known = {script.revision for script in scripts.walk_revisions()}
    schema: Schema = "none" if revision is None else "newer" if revision not in known else "older"
    if revision == expected:
        schema = "current"
    place = engine.url.render_as_string(hide_password=True)
    return Condition(place=place, schema=schema, revision=revision, expected=expected, problems=problems)
