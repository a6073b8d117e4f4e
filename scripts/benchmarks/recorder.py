"""Compares the recorder with bare inserts of the same rows, in SQLite and in Postgres.

The same rows are inserted with `executemany` of `sqlite3` and `psycopg`, in as many transactions; every commit is synced. The recorder's processor time
includes reading, validating and projecting each message, and that it looks up what it has recorded before. Postgres is a server of its own on the same
machine, whose processor time is not counted. Messages are those of videos with 25 scenes, each with its own footage. The two take turns, and the
median of the rounds counts. The short form records 10,000 messages a round, the long form 100,000; only the long one measures memory, search, and the
delay of an event loop that the recorder shares.
"""

import asyncio
import gc
import random
import shutil
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from statistics import median
from typing import Any, Final
from uuid import uuid4

import psycopg

from scenewire.database.engine import transaction, writing_engine
from scenewire.database.models import Base
from scenewire.database.revision import upgrade
from scenewire.database.search import video_search
from scenewire.messages import FootageSourced, Message, ScriptRequested, StoredMessage
from scenewire.observability.logging_setup import configure_logs
from scenewire.processes.run import run_program
from scenewire_recorder.repository import Repository
from scenewire_recorder.stage import RecorderStage
from scripts.benchmarks.support.result import Aim, Column, Result, Table
from tests.support.postgres import running_postgres
from tests.unit.recorder.story import Database, PostgresDatabase, delivered, film, footage

TITLE: Final = "Record"
SCENES = 25
BATCH = 500
ROUNDS = 3
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


@dataclass(frozen=True)
class Comparison:
    """Medians of the recorder and of bare inserts, measured in turns.

    Attributes:
        ours: the recorder's.
        bare: of the same rows.
        ratio: wall time of the bare inserts, relative to the recorder's: its speed relative to theirs.
        processor_ratio: the same of processor time.
    """

    ours: Times
    bare: Times
    ratio: float
    processor_ratio: float


async def compare(engine: Engine, number: int, rounds: int) -> Comparison:
    """Records messages and inserts the same rows, in turns."""
    ours, bare = list[Times](), list[Times]()
    for _ in range(rounds):
        source, target = engine.create(), engine.create()
        for database in (source, target):
            await upgrade(database.url)
        ours.append((await record_all(source.url, messages(number), BATCH))[0])
        parts = transactions(source)
        bare.append(engine.insert(target, parts))
        del parts
        gc.collect()
    return Comparison(
        _median(ours),
        _median(bare),
        median(b.wall / o.wall for o, b in zip(ours, bare, strict=True)),
        median(b.processor / o.processor for o, b in zip(ours, bare, strict=True)),
    )


def _median(times: Sequence[Times]) -> Times:
    return Times(median(each.wall for each in times), median(each.processor for each in times))


async def cost_of_one_video(engine: Engine, batch: int, rounds: int) -> Times:
    """Returns the time that the database takes for one video."""
    took = list[Times]()
    for _ in range(rounds):
        database = engine.create()
        await upgrade(database.url)
        took.append((await record_all(database.url, iter(delivered(story())), batch))[0])
    return _median(took)


async def event_loop_delay(engine: Engine) -> tuple[float, float]:
    """Returns the median and the longest delay of an event loop while a recorder works in its process, milliseconds."""
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
    return median(delays) * 1000, max(delays) * 1000


async def memory(engine: Engine, number: int) -> tuple[float, float]:
    """Returns the peak memory of a process that only records, after 20 batches and after all, MiB."""
    database = engine.create()
    await upgrade(database.url)
    child = await run_program(
        [sys.executable, "-m", "scripts.benchmarks.recorder", database.url, str(number)], timeout=900
    )
    peaks = [int(line) / 1024 for line in child.stdout.split()]
    return peaks[0], peaks[-1]


async def search(engine: Engine) -> tuple[float, float]:
    """Returns the median and the longest time of a search among many videos, milliseconds."""
    database = engine.create()
    await upgrade(database.url)
    generator = random.Random(1)  # noqa: S311 - the same names in every run
    names = ["_".join(generator.choices(WORDS, k=3)) + f"_{number}.mp4" for number in range(VIDEOS)]
    rows = [
        (str(number), f"content/{number % 256:02x}/{name}", name, 1, 25, 1, 1, 1, "h264", None, 1, None, "", "")
        for number, name in enumerate(names)
    ]
    engine.insert(database, [{"videos": rows}])
    queries = [f"{first} {second[:3]}" for first in WORDS for second in WORDS] + [
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
    return median(times), max(times)


async def run(scratch: Path, *, long: bool) -> Result:
    """Measures both databases, or SQLite alone where there is no Postgres."""
    configure_logs(level="ERROR", style="console")
    numbers = count()
    sqlite = Engine("SQLite", lambda: Database(scratch / f"{next(numbers)}.db"), insert_into_sqlite)
    if shutil.which("initdb") is None:
        return await _measured([sqlite], long=long, notes=("Postgres is not installed here and was not measured.",))
    with running_postgres(durable=True) as server:
        postgres = Engine("Postgres", lambda: PostgresDatabase(server, server.create()), insert_into_postgres)
        return await _measured([sqlite, postgres], long=long)


async def _measured(engines: Sequence[Engine], *, long: bool, notes: tuple[str, ...] = ()) -> Result:
    number = 100_000 if long else 10_000
    rates: dict[str, tuple[float, ...]] = {}
    aims: list[Aim] = []
    videos: dict[str, tuple[float, ...]] = {}
    others: dict[str, tuple[float, ...]] = {}
    for engine in engines:
        found = await compare(engine, number, ROUNDS)
        for name, times in (("recorder", found.ours), ("bare executemany", found.bare)):
            relative = (found.ratio, found.processor_ratio) if times is found.ours else (1.0, 1.0)
            rates[f"{engine.name}, {name}"] = (number / times.wall, times.processor / number * 1e6, *relative)
        aims.append(
            Aim(name=f"{engine.name}: speed of the recorder / bare executemany", value=found.ratio, at_least=0.7)
        )
        for batch, how in ((BATCH, "in one batch"), (1, "one by one")):
            times = await cost_of_one_video(engine, batch, ROUNDS)
            videos[f"{engine.name}, {how}"] = (times.wall * 1000, times.processor * 1000)
        if long:
            others[engine.name] = (
                *await memory(engine, number),
                *await search(engine),
                *await event_loop_delay(engine),
            )
    tables = (
        Table(
            title=f"{number:,} messages in batches of {BATCH}",
            label="way",
            columns=(
                Column(name="messages a second", digits=0),
                Column(name="processor us a message", digits=0),
                Column(name="speed, relative", digits=2),
                Column(name="the same of processor time", digits=2),
            ),
            rows=rates,
        ),
        Table(
            title=f"A video of {SCENES} scenes, {len(story())} messages",
            label="way",
            columns=(Column(name="wall ms"), Column(name="processor ms")),
            rows=videos,
        ),
    )
    whole = Table(
        title=f"Memory after {20 * BATCH:,} and {number:,} messages; search among {VIDEOS:,} videos; delay of the event loop",
        label="database",
        columns=(
            Column(name="MiB", digits=0),
            Column(name="MiB after all", digits=0),
            Column(name="search, median ms"),
            Column(name="longest"),
            Column(name="delay, median ms"),
            Column(name="longest delay"),
        ),
        rows=others,
    )
    return Result(tables=(*tables, whole) if long else tables, aims=tuple(aims), notes=notes)


async def _record_alone(url: str, number: int) -> None:
    configure_logs(level="ERROR", style="console")
    for peak in (await record_all(url, messages(number), BATCH))[1]:
        print(peak)


if __name__ == "__main__":  # the process that `memory` measures
    asyncio.run(_record_alone(sys.argv[1], int(sys.argv[2])))
