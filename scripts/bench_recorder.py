"""Measures the recorder against the bare database: messages a second, memory, search, and what a film costs.

Run from the root of the repository: python -m scripts.bench_recorder [--messages N] [--rounds N] [--engine NAME]
SQLite writes into a temporary folder, Postgres is a server of its own there; both sync every commit.
"""

import argparse
import asyncio
import gc
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from statistics import median
from typing import Any
from uuid import uuid4

import psycopg

from scenewire.database.engine import transaction, writing_engine
from scenewire.database.models import Base
from scenewire.database.revision import upgrade
from scenewire.database.search import video_search
from scenewire.messages import FootageSourced, Message, ScriptRequested, StoredMessage
from scenewire.observability.logging_setup import configure_logs
from scenewire.processes.run import run_program
from scenewire.processors import usable_processors
from scenewire_recorder.repository import Repository
from scenewire_recorder.stage import RecorderStage
from tests.support.postgres import Postgres, running_postgres
from tests.unit.recorder.story import Database, PostgresDatabase, delivered, film, footage

SCENES = 25
BATCH = 500
VIDEOS = 100_000
_TICK = 0.002
"""Seconds between two looks at the event loop."""
TABLES = {
    name: [column.name for column in Base.metadata.tables[name].columns]
    for name in ("projects", "scenes", "visual_suggestions", "videos", "assembly_jobs", "message_log", "audit_log")
}
Rows = dict[str, list[tuple[Any, ...]]]
WORDS = (
    "harbour",
    "carrier",
    "naval",
    "aircraft",
    "training",
    "tea",
    "field",
    "storm",
    "city",
    "night",
    "market",
    "dam",
)


@dataclass
class Times:
    """Seconds: by the clock, and of this process's processor time."""

    wall: float = 0
    processor: float = 0

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Adds what the block takes."""
        wall, processor = time.perf_counter(), time.process_time()
        yield
        self.wall += time.perf_counter() - wall
        self.processor += time.process_time() - processor


@dataclass
class Engine:
    """One of the two databases: how to make one, and how to insert rows into it without us."""

    name: str
    create: Callable[[], Database]
    insert: Callable[[Database, Sequence[Rows]], Times]


def messages(number: int) -> Iterator[StoredMessage]:
    """So many messages of films, one film after the other, each with footage of its own, made as they are asked for."""
    films = (delivered(story(), first=turn * 1000) for turn in count())
    return islice((message for told in films for message in told), number)


def story() -> list[Message | ScriptRequested]:
    """A film of which every scene has two candidates, one of them chosen."""
    project_id = uuid4()
    sources = (f"{project_id}-{number}" for number in count())
    return [
        footage(project_id, message.scene.scene_number, SCENES, next(sources), next(sources))
        if isinstance(message, FootageSourced)
        else message
        for message in film(project_id, SCENES)
    ]


async def recorded(url: str, source: Iterator[StoredMessage], batch: int) -> tuple[Times, list[int]]:
    """What it takes to record all messages, and the peak of memory after each 20 batches, kilobytes."""
    times, peaks = Times(), list[int]()
    repository = Repository(writing_engine(url))
    stage = RecorderStage(repository)
    await stage.record([])  # connects
    while some := list(islice(source, 20 * batch)):
        gc.freeze()  # what the bench itself has made is not to be looked through
        with times.counted():
            for start in range(0, len(some), batch):
                await stage.record(some[start : start + batch])
        peaks.append(_peak())
        some.clear()  # before the next are made
    repository.close()
    return times, peaks


def _peak() -> int:
    """Of this process alone: what getrusage says begins with that of its parent."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])


def transactions(database: Database) -> list[Rows]:
    """The rows of a database by table, dealt out to as many transactions as the recorder made, parents first."""
    commits = -(-database.row("SELECT count(*) AS n FROM message_log")["n"] // BATCH)
    dealt: list[Rows] = [{table: [] for table in TABLES} for _ in range(commits)]
    homes: dict[str, int] = {}
    for table, columns in TABLES.items():
        rows = database.rows(f"SELECT {', '.join(columns)} FROM {table}")  # noqa: S608
        for place, row in enumerate(rows):
            parent = homes.get(row.get("scene_id") or row.get("project_id") or "")
            turn = place * commits // len(rows) if parent is None or table == "message_log" else parent
            dealt[turn][table].append(tuple(row.values()))
            if "id" in row:
                homes[row["id"]] = turn
    return dealt


def inserted_sqlite(target: Database, parts: Sequence[Rows]) -> Times:
    """What sqlite3 alone takes for them."""
    times = Times()
    with closing(sqlite3.connect(target.path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        with times.counted():
            for part in parts:
                connection.execute("BEGIN IMMEDIATE")
                for table, values in part.items():
                    if values:
                        connection.executemany(_insert(table, "?"), values)
                connection.execute("COMMIT")
    return times


def inserted_postgres(target: Database, parts: Sequence[Rows]) -> Times:
    """What psycopg alone takes for them."""
    times = Times()
    with psycopg.connect(target.url) as connection, connection.cursor() as cursor, times.counted():
        for part in parts:
            for table, values in part.items():
                if values:
                    cursor.executemany(_insert(table, "%s").encode(), values)
            connection.commit()
    return times


def _insert(table: str, mark: str) -> str:
    columns = TABLES[table]
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join([mark] * len(columns))})"  # noqa: S608


async def compare(engine: Engine, number: int, rounds: int) -> None:
    """Prints messages a second, ours and bare, in turns."""
    ours, bare = list[Times](), list[Times]()
    for _ in range(rounds):
        source, target = engine.create(), engine.create()
        for database in (source, target):
            await upgrade(database.url)
        ours.append((await recorded(source.url, messages(number), BATCH))[0])
        parts = transactions(source)
        rows = sum(len(values) for part in parts for values in part.values())
        bare.append(engine.insert(target, parts))
        del parts
        gc.collect()
    ratio = median(b.wall / o.wall for o, b in zip(ours, bare, strict=True))
    print(f"{engine.name}: {number} messages in batches of {BATCH}, {rows / number:.1f} rows each")
    for name, times in (("recorder", ours), ("bare executemany", bare)):
        rate, processor = number / median(t.wall for t in times), median(t.processor for t in times) / number
        print(f"  {name}: {rate:.0f} messages/s, {processor * 1e6:.0f} us of processor time each")
    print(f"  ratio {ratio:.2f}")


async def lateness(engine: Engine) -> None:
    """Prints how late the event loop is at most while a recorder works beside it."""
    database = engine.create()
    await upgrade(database.url)
    prepared = list(messages(40 * BATCH))
    gc.freeze()  # a collection of what the bench has made would hold up the loop
    loop, late = asyncio.get_running_loop(), list[float]()
    async with database.stage() as stage:
        for start in range(0, len(prepared), BATCH):
            recording = asyncio.create_task(stage.record(prepared[start : start + BATCH]))
            while not recording.done():
                due = loop.time() + _TICK
                await asyncio.sleep(_TICK)
                late.append(loop.time() - due)
            await recording
    print(f"{engine.name}: event loop beside a recorder, {len(late)} looks")
    print(f"  late by {median(late) * 1000:.1f} ms, at most {max(late) * 1000:.0f} ms")


async def memory(engine: Engine, number: int) -> None:
    """Prints how the peak of memory grows in a process that does nothing but record."""
    database = engine.create()
    await upgrade(database.url)
    child = await run_program(
        [sys.executable, "-m", "scripts.bench_recorder", "--messages", str(number), "--into", database.url], timeout=900
    )
    peaks = [int(line) // 1024 for line in child.stdout.split()]
    print(f"{engine.name}: memory of a recorder")
    print(f"  {peaks[0]} MB after {20 * BATCH} messages, {peaks[-1]} MB after {number}")


async def cost_of_a_film(engine: Engine, rounds: int) -> None:
    """Prints what the database takes of one film's time."""
    print(f"{engine.name}: a film of {SCENES} scenes, {len(story())} messages")
    for batch, how in ((BATCH, "in one batch"), (1, "message by message")):
        took = list[Times]()
        for _ in range(rounds):
            database = engine.create()
            await upgrade(database.url)
            took.append((await recorded(database.url, iter(delivered(story())), batch))[0])
        wall, processor = (median(values) * 1000 for values in zip(*((t.wall, t.processor) for t in took), strict=True))
        print(f"  {how}: {wall:.0f} ms, {processor:.0f} ms of processor time")


async def search(engine: Engine) -> None:
    """Prints how long searches among many videos take."""
    database = engine.create()
    await upgrade(database.url)
    chance = random.Random(1)  # noqa: S311 - the same names in every run
    names = ["_".join(chance.choices(WORDS, k=3)) + f"_{number}.mp4" for number in range(VIDEOS)]
    rows = [
        (str(number), f"content/{number % 256:02x}/{name}", name, 1, 25, 1, 1, 1, "h264", None, 1, None, "", "")
        for number, name in enumerate(names)
    ]
    engine.insert(database, [{"videos": rows}])
    asked = [f"{word} {other[:3]}" for word in WORDS for other in WORDS] + [
        str(chance.randrange(VIDEOS)) for _ in range(50)
    ]
    writing = writing_engine(database.url)
    times = []
    with transaction(writing) as connection:
        if engine.name == "Postgres":
            connection.exec_driver_sql("ANALYZE videos")
        for query in asked:
            began = time.perf_counter()
            connection.execute(video_search(query, connection.dialect.name).limit(100)).all()
            times.append((time.perf_counter() - began) * 1000)
    writing.dispose()
    print(f"{engine.name}: search among {VIDEOS} videos, {len(asked)} queries")
    print(f"  median {median(times):.1f} ms, slowest {max(times):.1f} ms")


def engines(folder: Path, postgres: Postgres) -> list[Engine]:
    """Both."""
    numbers = count()
    return [
        Engine("SQLite", lambda: Database(folder / f"{next(numbers)}.db"), inserted_sqlite),
        Engine("Postgres", lambda: PostgresDatabase(postgres, postgres.create()), inserted_postgres),
    ]


async def main() -> None:
    """Prints medians of the rounds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--engine", choices=["SQLite", "Postgres"], help="one of the two alone")
    parser.add_argument("--into", metavar="URL", help="record into this database and print kilobytes of memory")
    asked = parser.parse_args()
    configure_logs(level="ERROR", style="console")
    if asked.into is not None:
        for peak in (await recorded(asked.into, messages(asked.messages), BATCH))[1]:
            print(peak)
        return
    print(f"{usable_processors()} processors, SQLite {sqlite3.sqlite_version}")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        postgres = stack.enter_context(running_postgres(durable=True))
        for engine in engines(folder, postgres):
            if asked.engine in {None, engine.name}:
                await cost_of_a_film(engine, asked.rounds)
                await compare(engine, asked.messages, asked.rounds)
                await lateness(engine)
                await memory(engine, asked.messages)
                await search(engine)


if __name__ == "__main__":
    asyncio.run(main())
