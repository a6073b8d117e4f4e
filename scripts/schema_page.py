"""Writes docs/schema.md from a database that the migrations made; with --check only says whether it is up to date."""

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

Tables as the migrations make them in SQLite; Postgres has the same columns with types of its own. `projects`, `scenes`,
`visual_suggestions`, `assembly_jobs` and `system_prompts` are those of the prior system's web application, `videos` and
`audit_log` those of the older editor. Times are ISO-8601 text in UTC. Written from the migrations by `make docs`.
"""


def pages(connection: sqlite3.Connection) -> Iterator[str]:
    """The page, in pieces."""
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
    """What is unique beside the key."""
    for _, index, unique, origin, _ in connection.execute(f"PRAGMA index_list({table})"):
        if unique and origin != "pk":
            yield ", ".join(row[2] for row in connection.execute(f"PRAGMA index_info({index})"))


def wanted() -> str:
    """The page of a database that is made on the spot."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "record.db"
        asyncio.run(upgrade(f"sqlite:///{path}"))
        with closing(sqlite3.connect(path)) as connection:
            return "".join(pages(connection))


def main() -> None:
    """Writes or compares."""
    page = wanted()
    if "--check" not in sys.argv:
        PAGE.write_text(page)
    elif not PAGE.exists() or PAGE.read_text() != page:
        sys.exit(f"{PAGE.relative_to(ROOT)} is not what the migrations make: run make docs")


main()
