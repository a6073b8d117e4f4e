"""Measures the recorder: what the database costs a film of 25 scenes, and messages a second against bare sqlite3.

Run from the root of the repository: python -m scripts.bench_recorder
"""

import asyncio
import sqlite3
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from statistics import median
from uuid import uuid4

from services.recorder.entries import RecordedMessage
from shared.database.revision import upgrade
from tests.unit.recorder.story import Database, delivered, film

SCENES = 25
MESSAGES = 10_000
BATCH = 500
ROUNDS = 3
TABLES = ("message_log", "projects", "scenes", "visual_suggestions", "videos")


async def recorded(database: Database, messages: Sequence[RecordedMessage], batch: int) -> float:
    """Seconds to record all messages in batches."""
    await upgrade(database.url)
    async with database.stage() as stage:
        await stage.record(messages[:0])  # connects
        began = time.perf_counter()
        for start in range(0, len(messages), batch):
            await stage.record(messages[start : start + batch])
        return time.perf_counter() - began


async def inserted(source: Database, target: Database) -> float:
    """Seconds for bare sqlite3 to insert the rows that the recorder made, in as many transactions."""
    await upgrade(target.url)
    rows = {table: [tuple(row.values()) for row in source.rows(f"SELECT * FROM {table}")] for table in TABLES}  # noqa: S608
    commits = -(-len(rows["message_log"]) // BATCH)
    with closing(sqlite3.connect(target.path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=FULL")
        began = time.perf_counter()
        for turn in range(commits):
            connection.execute("BEGIN IMMEDIATE")
            for table, values in rows.items():
                part = values[turn * len(values) // commits : (turn + 1) * len(values) // commits]
                if part:
                    marks = ", ".join("?" * len(part[0]))
                    connection.executemany(f"INSERT INTO {table} VALUES ({marks})", part)  # noqa: S608
            connection.execute("COMMIT")
        return time.perf_counter() - began


async def main() -> None:
    """Prints medians."""
    one = delivered(film(uuid4(), SCENES))
    films = MESSAGES // len(one) + 1
    many = delivered([message for _ in range(films) for message in film(uuid4(), SCENES)])[:MESSAGES]
    at_once, one_by_one, ours, bare = [], [], [], []
    for turn in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            names = iter(Path(folder) / f"{turn}-{number}.db" for number in range(4))
            at_once.append(await recorded(Database(next(names)), one, BATCH))
            one_by_one.append(await recorded(Database(next(names)), one, 1))
            source = Database(next(names))
            ours.append(await recorded(source, many, BATCH))
            bare.append(await inserted(source, Database(next(names))))
    print(f"one film of {SCENES} scenes, {len(one)} messages: {median(at_once) * 1000:.0f} ms in one batch")
    print(f"  one message a transaction: {median(one_by_one) * 1000:.0f} ms")
    print(f"{MESSAGES} messages in batches of {BATCH}: {MESSAGES / median(ours):.0f} messages/s")
    print(f"  bare sqlite3, the same rows: {MESSAGES / median(bare):.0f} messages/s")


if __name__ == "__main__":
    asyncio.run(main())
