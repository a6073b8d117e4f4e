"""What the recorder writes, on both databases, with several recorders at once and with databases that fail."""

import asyncio
import os
import random
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, asynccontextmanager, closing, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from structlog.testing import capture_logs

from scenewire.database.engine import WRITE_LOCK, reading_engine, snapshot, writing_engine
from scenewire.database.revision import VERSION_TABLE, upgrade
from scenewire.errors import FailureCode, PipelineError, TransientError
from scenewire.messages import Message, ScriptRequested, StoredMessage
from scenewire.processes.run import run_program
from scenewire_recorder.log_entries import read
from scenewire_recorder.repository import Repository
from scenewire_recorder.stage import RecorderStage
from tests.support.builders import PROJECT
from tests.unit.recorder.story import Database, PostgresDatabase, delivered, failed, film
from tests.unit.recorder.test_recording import everything, log_of

AnyMessage = Message | ScriptRequested
NO_WAIT = timedelta(seconds=0.05)


@pytest.fixture
async def file(tmp_path: Path) -> Database:
    database = Database(tmp_path / "record.db")
    await upgrade(database.url)
    return database


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, file: Database) -> Database:
    if request.param == "sqlite":
        return file
    postgres: PostgresDatabase = request.getfixturevalue("postgres_database")
    return postgres


@asynccontextmanager
async def recorder(database: Database, lock_timeout: timedelta = NO_WAIT) -> AsyncIterator[RecorderStage]:
    repository = Repository(writing_engine(database.url, lock_timeout=lock_timeout))
    try:
        yield RecorderStage(repository)
    finally:
        repository.close()


@pytest.mark.parametrize("seed", range(3))
async def test_a23_b10_postgres_holds_the_same_rows_as_sqlite_in_any_order(
    seed: int, file: Database, postgres_database: PostgresDatabase
):
    messages = everything()
    await file.record(messages)
    chance = random.Random(seed)
    messages += chance.choices(messages, k=len(messages) // 2)
    chance.shuffle(messages)
    await postgres_database.record(*(messages[start : start + 7] for start in range(0, len(messages), 7)))
    assert postgres_database.projections() == file.projections()
    assert log_of(postgres_database) == log_of(file)
    assert postgres_database.audit_faults() == []


async def test_b33_a_message_that_no_row_can_hold_is_kept_and_left_out(database: Database):
    messages = film()
    size = messages[-1].video.model_copy(update={"size": 10**30})  # type: ignore[union-attr]
    messages[-1] = messages[-1].model_copy(update={"video": size})
    with capture_logs():
        await database.record(delivered(messages))
        await database.record(delivered(messages))
    flagged = database.row("SELECT subject, problem FROM message_log WHERE NOT valid")
    assert flagged["subject"] == "video.assembled"
    assert "cannot be projected" in flagged["problem"]
    assert database.row("SELECT count(*) AS n FROM scenes WHERE selected_clip_id IS NOT NULL") == {"n": 3}
    assert database.audit_faults() == []


async def test_a_nul_reaches_no_column_and_the_log_keeps_it_as_it_was_written(database: Database):
    order = ScriptRequested(project_id=PROJECT, topic="Tea\0time")
    await database.record(delivered([order]))
    assert database.row("SELECT name FROM projects") == {"name": "Teatime"}
    assert r"Tea\u0000time" in database.row("SELECT body FROM message_log")["body"]


# --- several at once -------------------------------------------------------------------------------


def stories() -> list[list[StoredMessage]]:
    """Films that share a stream and clips; one fails and is mended, one runs twice."""
    told: list[list[AnyMessage]] = []
    for number in range(4):
        project = UUID(int=(number << 100) | 4 << 76 | 8 << 60)
        story = film(project, 3)
        told.append([*story[:6], failed(project), *story[6:]] if number == 1 else story)
        if number == 2:
            told.append(film(project, 2, revision=1))
    return [delivered(story, first=1 + 100 * place) for place, story in enumerate(told)]


@pytest.mark.parametrize("seed", range(2))
async def test_several_recorders_at_once_make_the_rows_that_one_makes(
    seed: int, database: Database, tmp_path: Path, request: pytest.FixtureRequest
):
    alone = Database(tmp_path / "alone.db")
    await upgrade(alone.url)
    messages = [message for story in stories() for message in story]
    await alone.record(messages)
    chance = random.Random(seed)
    chance.shuffle(messages)
    batches = [messages[start : start + 5] for start in range(0, len(messages), 5)]
    batches += chance.sample(batches, 4)

    async def work(share: Sequence[list[StoredMessage]]) -> None:
        async with recorder(database, timedelta(seconds=20)) as stage:
            for batch in share:
                await stage.record(batch)

    await asyncio.gather(*(work(batches[part::3]) for part in range(3)))
    assert database.projections() == alone.projections()
    assert log_of(database) == log_of(alone)
    assert database.audit_faults() == []


async def test_a39_a_reader_waits_for_no_writer_and_sees_no_half_a_batch(database: Database):
    await database.record(delivered(film()[:3]))
    repository = Repository(writing_engine(database.url))
    reader = reading_engine(database.url, lock_timeout=timedelta(0))
    count = "SELECT count(*) FROM projects"
    with repository.unit_of_work() as work:
        work._connection.exec_driver_sql("INSERT INTO projects (id, name) VALUES ('x', 'x')")
        async with snapshot(reader) as connection:
            assert (await connection.exec_driver_sql(count)).scalar() == 1
    async with snapshot(reader) as connection:
        assert (await connection.exec_driver_sql(count)).scalar() == 2
    await reader.dispose()
    repository.close()


# --- databases that fail ---------------------------------------------------------------------------

Fault = Callable[[Database], AbstractContextManager[None]]


@contextmanager
def locked(database: Database) -> Iterator[None]:
    if isinstance(database, PostgresDatabase):
        with psycopg.connect(database.url) as holder:
            holder.execute("SELECT pg_advisory_xact_lock(%s)", [WRITE_LOCK])
            yield
        return
    with closing(sqlite3.connect(database.path, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        yield


@contextmanager
def moved_away(database: Database) -> Iterator[None]:
    elsewhere = database.path.with_suffix(".moved")
    database.path.rename(elsewhere)
    yield
    assert not database.path.exists(), "an empty one in its place would hide that it is gone"
    elsewhere.rename(database.path)


@contextmanager
def replaced(database: Database) -> Iterator[None]:
    """By something that is no database; afterwards by a copy, as from a backup."""
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    backup = database.path.read_bytes()
    database.path.unlink()
    database.path.write_bytes(b"Dear diary, " * 1000)
    yield
    database.path.unlink()
    database.path.write_bytes(backup)


@contextmanager
def damaged(database: Database) -> Iterator[None]:
    """Its pages overwritten but for the first, as by a failing disk."""
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    intact = database.path.read_bytes()
    with database.path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * (len(intact) - 4096))
    yield
    with database.path.open("r+b") as file:
        file.write(intact)


@contextmanager
def without_schema(database: Database) -> Iterator[None]:
    database.execute(f"ALTER TABLE {VERSION_TABLE} RENAME TO elsewhere")
    yield
    database.execute(f"ALTER TABLE elsewhere RENAME TO {VERSION_TABLE}")


@contextmanager
def with_revision(database: Database, revision: str) -> Iterator[None]:
    before = database.row(f"SELECT version_num FROM {VERSION_TABLE}")["version_num"]  # noqa: S608
    database.execute(f"UPDATE {VERSION_TABLE} SET version_num = '{revision}'")  # noqa: S608
    yield
    database.execute(f"UPDATE {VERSION_TABLE} SET version_num = '{before}'")  # noqa: S608


@contextmanager
def read_only(database: Database) -> Iterator[None]:
    assert isinstance(database, PostgresDatabase)
    database.server.run("ALTER DATABASE {} SET default_transaction_read_only = on", database.name)
    database.server.disconnect(database.name)
    yield
    database.server.run("ALTER DATABASE {} RESET default_transaction_read_only", database.name)
    database.server.disconnect(database.name)


@contextmanager
def closed(database: Database) -> Iterator[None]:
    assert isinstance(database, PostgresDatabase)
    database.server.run("ALTER DATABASE {} ALLOW_CONNECTIONS false", database.name)
    database.server.disconnect(database.name)
    yield
    database.server.run("ALTER DATABASE {} ALLOW_CONNECTIONS true", database.name)


@contextmanager
def full_disk(database: Database) -> Iterator[None]:
    """The file lies on a small disk of its own: see `small_disk`."""
    ballast = database.path.with_name("ballast")
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"x" * 1024)
    yield
    ballast.unlink()


@contextmanager
def read_only_disk(database: Database) -> Iterator[None]:
    """The file's folder lies on a disk of its own, which is mounted a second time over itself, for reading only."""
    folder = database.path.parent
    assert run_in_thread("mount", "--bind", folder, folder)
    assert run_in_thread("mount", "-o", "remount,bind,ro", folder)
    yield
    run_in_thread("umount", folder)


def run_in_thread(*words: str | Path) -> bool:
    """Whether a program ended well; also where an event loop runs already."""
    with ThreadPoolExecutor() as thread:
        return thread.submit(lambda: asyncio.run(run_program(words, timeout=10))).result().returncode == 0


def older(database: Database) -> AbstractContextManager[None]:
    return with_revision(database, "5c1d0a7e42b9")


def newer(database: Database) -> AbstractContextManager[None]:
    return with_revision(database, "ffffffffffff")


async def outlives(database: Database, fault: Fault, message: str, *, anew: bool = False) -> PipelineError:
    """A recorder is at work when the fault comes, says what is wrong, and goes on when it is mended."""
    messages = delivered(film())
    async with recorder(database) as stage:
        await stage.record(messages[:5])
        with fault(database):
            if anew:
                stage._repository.close()
            for _ in range(2):
                with pytest.raises(PipelineError, match=message) as caught:
                    await stage.record(messages[5:])
        for _ in range(2):  # what was noticed too late is noticed now
            with suppress(TransientError):
                await stage.record(messages[5:])
    assert database.row("SELECT count(*) AS n FROM message_log") == {"n": 15}
    assert database.row("SELECT status FROM projects") == {"status": "complete"}
    assert database.audit_faults() == []
    return caught.value


@pytest.mark.parametrize(
    ("fault", "message", "code"),
    [
        (locked, "is locked by another program", FailureCode.DATABASE_UNAVAILABLE),
        (without_schema, "has no tables of scenewire .*restart the recorder", FailureCode.DATABASE_UNAVAILABLE),
        (older, "has an older schema .*restart the recorder", FailureCode.DATABASE_UNAVAILABLE),
        (newer, "has the schema ffffffffffff, which this version does not know", FailureCode.DATABASE_TOO_NEW),
    ],
)
async def test_b35_b36_a_fault_of_either_database_is_named_and_outlived(
    database: Database, fault: Fault, message: str, code: FailureCode
):
    error = await outlives(database, fault, message)
    assert error.code == code
    assert str(getattr(database, "path", None) or database.name) in str(error)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("fault", "message", "anew"),
    [
        (moved_away, "was moved away or deleted|does not exist", False),
        (moved_away, "does not exist .*put it back", True),
        (replaced, "was replaced|is damaged or is not a SQLite database", False),
        (replaced, "is damaged or is not a SQLite database .*restore it", True),
        (damaged, "is damaged or is not a SQLite database .*restore it", True),
    ],
)
async def test_row_47_b35_b36_a_fault_of_the_file_is_named_and_outlived(
    file: Database, fault: Fault, message: str, anew: bool
):
    assert str(file.path) in str(await outlives(file, fault, message, anew=anew))


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (read_only, "is read-only .*write to the primary"),
        (closed, "refuses the connection: .* not currently accepting connections"),
    ],
)
async def test_row_43_b35_b36_a_fault_of_the_server_is_named_and_outlived(
    postgres_database: PostgresDatabase, fault: Fault, message: str
):
    assert postgres_database.name in str(await outlives(postgres_database, fault, message))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A megabyte, where we may mount one."""
    folder = tmp_path / "small"
    folder.mkdir()
    if os.geteuid() != 0 or not run_in_thread("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder):
        pytest.skip("only root may mount a small disk")
    yield folder
    run_in_thread("umount", folder)


@pytest.mark.parametrize(
    ("fault", "message", "anew"),
    [
        (full_disk, "is on a full disk .*free space", False),
        (read_only_disk, "is read-only .*allow this user", True),
    ],
)
async def test_row_45_b35_b36_a_full_or_read_only_disk_is_named_and_outlived(
    small_disk: Path, fault: Fault, message: str, anew: bool
):
    database = Database(small_disk / "record.db")
    await upgrade(database.url)
    error = await outlives(database, fault, message, anew=anew)
    assert str(database.path) in str(error)


async def test_row_43_a_server_that_goes_away_in_the_middle_of_a_batch_leaves_none_of_it(
    postgres_database: PostgresDatabase,
):
    repository = Repository(writing_engine(postgres_database.url))

    def interrupted() -> None:
        with repository.unit_of_work() as work:
            work.append([read(message) for message in delivered(film())])
            postgres_database.server.disconnect(postgres_database.name)
            work.last_positions([str(PROJECT)])

    with pytest.raises(TransientError, match="terminating connection"):
        interrupted()
    assert postgres_database.row("SELECT count(*) AS n FROM message_log") == {"n": 0}
    await RecorderStage(repository).record(delivered(film()))
    assert postgres_database.row("SELECT status FROM projects") == {"status": "complete"}
    repository.close()


def test_no_failure_tells_the_password(tmp_path: Path):
    for url in (f"postgresql://me:secret@/x?host={tmp_path}", f"postgresql://me@/x?host={tmp_path}&password=secret"):
        repository = Repository(writing_engine(url))
        with pytest.raises(TransientError, match="does not answer") as caught, repository.unit_of_work():
            pass
        assert "secret" not in str(caught.value)
