"""Generates docs/schema.md from a migrated database; with --check, only checks that it is up to date."""

import asyncio
import inspect
import logging
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import structlog

from scenewire.database.models import Base
from scenewire.database.revision import upgrade

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "schema.md"

INTRODUCTION = """\
# The database

These are the tables that the migrations create in SQLite; Postgres has the same columns with its own types. `projects`,
`scenes`, `visual_suggestions`, `assembly_jobs` and `system_prompts` come from the prior system's web application, `videos`
and `audit_log` from the older editor. Times are ISO-8601 text in UTC. `make docs` generates this page from the migrations.
"""


def pages(connection: sqlite3.Connection) -> Iterator[str]:
    """Yields the text of the page."""
    yield INTRODUCTION
    for model in sorted(Base.__subclasses__(), key=lambda model: model.__tablename__):
        table = model.__tablename__
        yield f"\n## {table}\n\n{inspect.cleandoc(model.__doc__ or '')}\n\n"
        yield "| column | type | null | default | refers to |\n|---|---|---|---|---|\n"
        references = {row[3]: f"{row[2]}.{row[4]}" for row in connection.execute(f"PRAGMA foreign_key_list({table})")}
        for _, name, kind, required, default, key in connection.execute(f"PRAGMA table_info({table})"):
            null = "" if required else "yes"
            shown = "" if default is None else f"`{default}`"
            yield f"| {name}{' (key)' if key else ''} | {kind} | {null} | {shown} | {references.get(name, '')} |\n"
        for index in sorted(unique_columns(connection, table)):
            yield f"\nUnique: {index}.\n"


def unique_columns(connection: sqlite3.Connection, table: str) -> Iterator[str]:
    """Yields the columns of each unique index, except the primary key."""
    for _, index, unique, origin, _ in connection.execute(f"PRAGMA index_list({table})"):
        if unique and origin != "pk":
            yield ", ".join(row[2] for row in connection.execute(f"PRAGMA index_info({index})"))


def page_text() -> str:
    """Returns the page of a new database."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "record.db"
        asyncio.run(upgrade(f"sqlite:///{path}"))
        with closing(sqlite3.connect(path)) as connection:
            return "".join(pages(connection))


def main() -> None:
    """Writes the page, or compares it."""
    page = page_text()
    if "--check" not in sys.argv:
        PAGE.write_text(page)
    elif not PAGE.exists() or PAGE.read_text() != page:
        sys.exit(f"{PAGE.relative_to(ROOT)} does not match the migrations; run make docs")


main()
