"""A database that is away, locked, full, too new, too old or destroyed: videos are made, and their record follows."""

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from scenewire.database.condition import revisions
from scenewire.database.revision import VERSION_TABLE
from scenewire.processes.run import run_program
from scenewire.record.queries import opened
from scenewire_recorder import api
from tests.support.disks import fill
from tests.support.faults.world import Service, World, until
from tests.support.postgres import Postgres, running_postgres
from tests.unit.recorder.story import PostgresDatabase

IMPATIENT = {"RECORDER_DATABASE_TIMEOUT": "0.5"}

UNKNOWN_REVISION = "ffffffffffff"


def recorder_of(world: World) -> Service:
    (recorder,) = world.running("recorder")
    return recorder


async def unusable(recorder: Service, reason: str) -> None:
    """Waits until the recorder says that it cannot use its database, and why."""

    async def says_so() -> bool:
        is_ready, parts = await recorder.health()
        return not is_ready and reason in parts.get("database", "")

    await until(says_so, f"health says {reason!r}")


async def made_without_record(world: World) -> str:
    """Orders a video, which is made; it is not on record before the database can be used."""
    project = await world.order()
    await world.outcome(project)
    return project


async def recorded(world: World, *projects: str) -> None:
    await world.settled()
    for project in projects:
        assert world.record.row("SELECT status FROM projects WHERE id = ?", project) == {"status": "complete"}


def files_of(world: World) -> list[Path]:
    """The database and what SQLite keeps beside it."""
    return list(world.record.path.parent.glob(f"{world.record.path.name}*"))


@contextmanager
def moved_away(world: World) -> Iterator[None]:
    elsewhere = world.folder / "elsewhere"
    elsewhere.mkdir()
    for file in files_of(world):
        file.rename(elsewhere / file.name)
    yield
    assert files_of(world) == [], "an empty one in its place would hide that it is gone"
    for file in elsewhere.iterdir():
        file.rename(world.record.path.parent / file.name)
    elsewhere.rmdir()


@contextmanager
def locked(world: World) -> Iterator[None]:
    with closing(sqlite3.connect(world.record.path, isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        yield


@pytest.mark.smoke
async def test_row_43_the_file_of_the_database_is_away_for_a_while(world: World):
    world.about(43, "its file is moved away, then back", "database")
    with moved_away(world):
        world.fault()
        project = await made_without_record(world)
        await unusable(recorder_of(world), "does not exist")
    await recorded(world, project)


@pytest.fixture
def postgres() -> Iterator[Postgres]:
    """Comes before the world whose record it holds, and goes after it."""
    with running_postgres() as server:
        yield server


async def test_row_43_postgres_is_stopped_for_a_while(postgres: Postgres, own_world: World):
    own_world.about(43, "Postgres is stopped, then started", "database")
    own_world.record = PostgresDatabase(postgres, postgres.create())
    await own_world.start_all()
    before = await own_world.order()
    await own_world.outcome(before)
    await recorded(own_world, before)
    with postgres.stopped():
        own_world.fault()
        project = await made_without_record(own_world)
        await unusable(recorder_of(own_world), "does not answer")
    await recorded(own_world, before, project)


async def test_row_44_the_database_is_locked_while_the_recorder_runs(world: World):
    world.about(44, "another process holds its lock", "database")
    before = await world.order()
    await recorded(world)
    await world.outcome(before)
    recorder = await world.replace("recorder", **IMPATIENT)
    await recorded(world, before)
    with locked(world):
        world.fault()
        project = await made_without_record(world)
        await unusable(recorder, "is locked by another program")
        async with opened(world.record.url) as record:
            listed = {row["id"] for row in await record.projects(limit=1_000)}
        assert before in listed, "readers wait for nobody"
        assert await record_holds_nothing_of(world, project)
    await recorded(world, before, project)
    await world.replace("recorder")


async def record_holds_nothing_of(world: World, project: str) -> bool:
    return world.record.rows("SELECT * FROM message_log WHERE project_id = ?", project) == []


async def test_row_44_the_database_is_locked_when_the_recorder_starts(world: World):
    world.about(44, "another process holds its lock at the start", "database")
    world.kill("recorder")
    with locked(world):
        recorder = world.launch("recorder", **IMPATIENT)
        world.fault()
        project = await made_without_record(world)
        await unusable(recorder, "is locked by another program")
    await until(recorder.is_ready, "the recorder is ready")
    await recorded(world, project)
    await world.replace("recorder")


@pytest.fixture
async def database_disk(tmp_path: Path) -> AsyncIterator[Path]:
    """A small disk for the database of `own_world`. Comes before it, and goes after it."""
    folder = tmp_path / "world" / "disk"
    folder.mkdir(parents=True)
    mounted = await run_program(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder], timeout=10)
    if mounted.returncode:
        pytest.skip("mounting a small disk needs root")
    yield folder
    while folder.is_mount():  # a test may have mounted it once more
        assert (await run_program(["umount", "--lazy", folder], timeout=10)).returncode == 0


async def mount(*words: str | Path) -> None:
    assert (await run_program(["mount", *words], timeout=10)).returncode == 0


async def test_row_45_the_disk_of_the_database_is_full_for_a_while(database_disk: Path, own_world: World):
    own_world.about(45, "its disk is full, then has room", "database")
    own_world.record.path = database_disk / "record.db"
    own_world.record.url = f"sqlite:///{own_world.record.path}"
    await own_world.start_all()
    before = await own_world.order()
    await own_world.outcome(before)
    await recorded(own_world, before)
    own_world.record.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    filler = fill(database_disk)
    own_world.fault()
    project = await made_without_record(own_world)
    recorder = recorder_of(own_world)
    await unusable(recorder, "is on a full disk")
    assert {event["code"] for event in recorder.events("batch_failed")} == {"database_unavailable"}
    assert own_world.record.audit_faults() == []
    filler.unlink()
    await recorded(own_world, before, project)


async def test_row_45_the_disk_of_the_database_is_read_only_at_the_start(database_disk: Path, own_world: World):
    own_world.about(45, "its disk is read-only when the recorder starts", "database")
    own_world.record.path = database_disk / "record.db"
    own_world.record.url = f"sqlite:///{own_world.record.path}"
    await api.set_schema(own_world.record.url, "head")
    await mount("--bind", database_disk, database_disk)
    await mount("-o", "remount,bind,ro", database_disk)
    await own_world.start_all(["script", "tts", "sourcing", "assembly"])
    recorder = own_world.launch("recorder")
    own_world.fault()
    project = await made_without_record(own_world)
    await unusable(recorder, "cannot be opened")
    await mount("-o", "remount,bind,rw", database_disk)
    await recorded(own_world, project)


async def test_row_46_the_database_has_a_newer_schema(world: World):
    world.about(46, "a newer version has migrated it", "database")
    (known,) = world.record.row(f"SELECT version_num FROM {VERSION_TABLE}").values()  # noqa: S608
    world.record.execute(f"UPDATE {VERSION_TABLE} SET version_num = '{UNKNOWN_REVISION}'")  # noqa: S608
    world.fault()
    running = recorder_of(world)
    project = await made_without_record(world)
    reason = f"has the schema {UNKNOWN_REVISION}, which this version does not know"
    await unusable(running, reason)
    running.kill()
    restarted = world.launch("recorder")
    await unusable(restarted, reason)
    world.record.execute(f"UPDATE {VERSION_TABLE} SET version_num = '{known}'")  # noqa: S608
    await until(restarted.is_ready, "the recorder is ready")
    await recorded(world, project)


async def test_row_46_the_database_has_an_older_schema(world: World):
    world.about(46, "the recorder of a newer version starts", "database")
    before = await world.order()
    await world.outcome(before)
    await recorded(world, before)
    world.kill("recorder")
    older = revisions()[1]
    await api.set_schema(world.record.url, older)
    world.fault()
    project = await made_without_record(world)
    await world.start("recorder")
    await recorded(world, before, project)
    await api.rebuild(world.record.url)  # fills the tables that the older schema lacked, see docs/record.md
    assert world.record.row(f"SELECT version_num FROM {VERSION_TABLE}") == {"version_num": revisions()[0]}  # noqa: S608


async def test_row_47_the_database_is_deleted(world: World):
    world.about(47, "its files are deleted", "database")
    before = await world.order()
    await world.outcome(before)
    await recorded(world, before)
    rows = world.record.projections()
    world.kill("recorder")
    for file in files_of(world):
        file.unlink()
    world.fault()
    await world.start("recorder")
    project = await made_without_record(world)
    await recorded(world, project)
    assert world.record.rows("SELECT * FROM projects WHERE id = ?", before) == []
    await api.rebuild_from_stream(world.record.url, world.server.url)
    await recorded(world, before, project)
    rebuilt = world.record.projections()
    for table in ("projects", "scenes", "visual_suggestions"):  # a clip in `videos` belongs to both projects
        assert [row for row in rows[table] if row not in rebuilt[table]] == []


async def test_row_47_the_database_is_damaged(world: World):
    world.about(47, "its pages are overwritten", "database")
    before = await world.order()
    await world.outcome(before)
    await recorded(world, before)
    world.kill("recorder")
    world.record.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with world.record.path.open("r+b") as file:
        size = file.seek(0, 2)
        file.seek(4_096)
        file.write(b"\xa5" * (size - 4_096))
    world.fault()
    recorder = world.launch("recorder")
    project = await made_without_record(world)
    await unusable(recorder, "is damaged or is not a SQLite database")
    recorder.kill()
    for file_ in files_of(world):
        file_.unlink()
    await api.rebuild_from_stream(world.record.url, world.server.url)
    await world.start("recorder")
    await recorded(world, before, project)
