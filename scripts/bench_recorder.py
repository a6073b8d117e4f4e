"""Compares the recorder with the bare database: messages a second, memory, search, and the cost of one video.

Run from the root of the repository: python -m scripts.bench_recorder [--messages N] [--rounds N] [--engine NAME]
SQLite writes to a temporary folder; Postgres is a separate server with its data there. Both sync every commit.
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
TICK_S = 0.002
"""Seconds between two samples of the event loop's delay."""
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
    """Wall time, and processor time of this process, in seconds."""

    wall: float = 0
    processor: float = 0

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Adds the time that the block takes."""
        wall, processor = time.perf_counter(), time.process_time()
        yield
        self.wall += time.perf_counter() - wall
        self.processor += time.process_time() - processor


@dataclass
class Engine:
    """One of the two databases: how to create one, and how to insert rows without the recorder."""

    name: str
    create: Callable[[], Database]
    insert: Callable[[Database, Sequence[Rows]], Times]


def messages(number: int) -> Iterator[StoredMessage]:
    """Yields messages of one video after another, each with its own footage; makes them lazily."""
    videos = (delivered(story(), first=index * 1000) for index in count())
    return islice((message for video in videos for message in video), number)


def story() -> list[Message | ScriptRequested]:
    """Returns the messages of a video whose scenes each have two candidate clips, one of them chosen."""
    project_id = uuid4()
    sources = (f"{project_id}-{number}" for number in count())
    return [
        footage(project_id, message.scene.scene_number, SCENES, next(sources), next(sources))
        if isinstance(message, FootageSourced)
        else message
        for message in film(project_id, SCENES)
    ]


async def record_all(url: str, source: Iterator[StoredMessage], batch: int) -> tuple[Times, list[int]]:
    """Records all messages; returns the time, and the peak memory after every 20 batches in kilobytes."""
    times, peaks = Times(), list[int]()
    repository = Repository(writing_engine(url))
    stage = RecorderStage(repository)
    await stage.record([])  # connects
    while chunk := list(islice(source, 20 * batch)):
        gc.freeze()  # keeps the collector from scanning the benchmark's own objects
        with times.counted():
            for start in range(0, len(chunk), batch):
                await stage.record(chunk[start : start + batch])
        peaks.append(_peak())
        chunk.clear()  # before the next chunk is made
    repository.close()
    return times, peaks


def _peak() -> int:
    """Returns the peak of this process alone, in kilobytes; getrusage starts with the peak of the parent."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])


def transactions(database: Database) -> list[Rows]:
    """Splits the rows of a database into as many transactions as the recorder made, parents first; rows by table."""
    commits = -(-database.row("SELECT count(*) AS n FROM message_log")["n"] // BATCH)
    parts: list[Rows] = [{table: [] for table in TABLES} for _ in range(commits)]
    part_of_row: dict[str, int] = {}
    for table, columns in TABLES.items():
        rows = database.rows(f"SELECT {', '.join(columns)} FROM {table}")  # noqa: S608
        for position, row in enumerate(rows):
            parent = part_of_row.get(row.get("scene_id") or row.get("project_id") or "")
            index = position * commits // len(rows) if parent is None or table == "message_log" else parent
            parts[index][table].append(tuple(row.values()))
            if "id" in row:
                part_of_row[row["id"]] = index
    return parts


def insert_into_sqlite(target: Database, parts: Sequence[Rows]) -> Times:
    """Inserts the rows with sqlite3 alone; returns the time."""
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


def insert_into_postgres(target: Database, parts: Sequence[Rows]) -> Times:
    """Inserts the rows with psycopg alone; returns the time."""
    times = Times()
    with psycopg.connect(target.url) as connection, connection.cursor() as cursor, times.counted():
        for part in parts:
            for table, values in part.items():
                if values:
                    cursor.executemany(_insert(table, "%s").encode(), values)
            connection.commit()
    return times


def _insert(table: str, placeholder: str) -> str:
    columns = TABLES[table]
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join([placeholder] * len(columns))})"  # noqa: S608


async def compare(engine: Engine, number: int, rounds: int) -> None:
    """Prints messages a second, of the recorder and of bare inserts, measured in turns."""
    ours, bare = list[Times](), list[Times]()
    for _ in range(rounds):
        source, target = engine.create(), engine.create()
        for database in (source, target):
            await upgrade(database.url)
        ours.append((await record_all(source.url, messages(number), BATCH))[0])
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


async def event_loop_delay(engine: Engine) -> None:
    """Prints the delay of the event loop while a recorder works in the same process."""
    database = engine.create()
    await upgrade(database.url)
    prepared = list(messages(40 * BATCH))
    gc.freeze()  # a collection of the benchmark's own objects would delay the loop
    loop, delays = asyncio.get_running_loop(), list[float]()
    async with database.stage() as stage:
        for start in range(0, len(prepared), BATCH):
            recording = asyncio.create_task(stage.record(prepared[start : start + BATCH]))
            while not recording.done():
                due = loop.time() + TICK_S
                await asyncio.sleep(TICK_S)
                delays.append(loop.time() - due)
            await recording
    print(f"{engine.name}: event loop while a recorder works, {len(delays)} samples")
    print(f"  delay: median {median(delays) * 1000:.1f} ms, maximum {max(delays) * 1000:.0f} ms")


async def memory(engine: Engine, number: int) -> None:
    """Prints how peak memory grows in a process that only records."""
    database = engine.create()
    await upgrade(database.url)
    child = await run_program(
        [sys.executable, "-m", "scripts.bench_recorder", "--messages", str(number), "--into", database.url], timeout=900
    )
    peaks = [int(line) // 1024 for line in child.stdout.split()]
    print(f"{engine.name}: memory of a recorder process")
    print(f"  {peaks[0]} MB after {20 * BATCH} messages, {peaks[-1]} MB after {number}")


async def cost_of_one_video(engine: Engine, rounds: int) -> None:
    """Prints the time that the database takes for one video."""
    print(f"{engine.name}: a video of {SCENES} scenes, {len(story())} messages")
    for batch, how in ((BATCH, "in one batch"), (1, "one by one")):
        took = list[Times]()
        for _ in range(rounds):
            database = engine.create()
            await upgrade(database.url)
            took.append((await record_all(database.url, iter(delivered(story())), batch))[0])
        wall, processor = (median(values) * 1000 for values in zip(*((t.wall, t.processor) for t in took), strict=True))
        print(f"  {how}: {wall:.0f} ms, {processor:.0f} ms of processor time")


async def search(engine: Engine) -> None:
    """Prints the time of searches among many videos."""
    database = engine.create()
    await upgrade(database.url)
    generator = random.Random(1)  # noqa: S311 - the same names in every run
    names = ["_".join(generator.choices(WORDS, k=3)) + f"_{number}.mp4" for number in range(VIDEOS)]
    rows = [
        (str(number), f"content/{number % 256:02x}/{name}", name, 1, 25, 1, 1, 1, "h264", None, 1, None, "", "")
        for number, name in enumerate(names)
    ]
    engine.insert(database, [{"videos": rows}])
    queries = [f"{word} {other[:3]}" for word in WORDS for other in WORDS] + [
        str(generator.randrange(VIDEOS)) for _ in range(50)
    ]
    writing = writing_engine(database.url)
    times = []
    with transaction(writing) as connection:
        if engine.name == "Postgres":
            connection.exec_driver_sql("ANALYZE videos")
        for query in queries:
            began = time.perf_counter()
            connection.execute(video_search(query, connection.dialect.name).limit(100)).all()
            times.append((time.perf_counter() - began) * 1000)
    writing.dispose()
    print(f"{engine.name}: search among {VIDEOS} videos, {len(queries)} queries")
    print(f"  median {median(times):.1f} ms, slowest {max(times):.1f} ms")


def engines(folder: Path, postgres: Postgres) -> list[Engine]:
    """Returns SQLite and Postgres."""
    numbers = count()
    return [
        Engine("SQLite", lambda: Database(folder / f"{next(numbers)}.db"), insert_into_sqlite),
        Engine("Postgres", lambda: PostgresDatabase(postgres, postgres.create()), insert_into_postgres),
    ]


async def main() -> None:
    """Prints the medians of all rounds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--engine", choices=["SQLite", "Postgres"], help="measure only this database")
    parser.add_argument("--into", metavar="URL", help="record into this database and print peak memory in kilobytes")
    options = parser.parse_args()
    configure_logs(level="ERROR", style="console")
    if options.into is not None:
        for peak in (await record_all(options.into, messages(options.messages), BATCH))[1]:
            print(peak)
        return
    print(f"{usable_processors()} processors, SQLite {sqlite3.sqlite_version}")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        postgres = stack.enter_context(running_postgres(durable=True))
        for engine in engines(folder, postgres):
            if options.engine in {None, engine.name}:
                await cost_of_one_video(engine, options.rounds)
                await compare(engine, options.messages, options.rounds)
                await event_loop_delay(engine)
                await memory(engine, options.messages)
                await search(engine)


if __name__ == "__main__":
    asyncio.run(main())
