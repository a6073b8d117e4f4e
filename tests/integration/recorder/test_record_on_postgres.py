"""What people ask of the record, on a real Postgres."""

from pathlib import Path

import pytest

from scenewire.database.revision import upgrade
from scenewire.errors import PermanentError
from scenewire.record import reads
from scenewire_recorder import api as console
from tests.support.builders import PROJECT
from tests.support.postgres import Postgres
from tests.unit.recorder.story import Database, PostgresDatabase
from tests.unit.recorder.test_recording import everything
from tests.unit.recorder.test_retention import check_forgetting

OLDER = "5c1d0a7e42b9"


@pytest.fixture
async def record(postgres_database: PostgresDatabase) -> PostgresDatabase:
    await postgres_database.record(everything())
    return postgres_database


async def test_the_record_reads_as_on_sqlite(record: PostgresDatabase, tmp_path: Path):
    file = Database(tmp_path / "record.db")
    await upgrade(file.url)
    await file.record(everything())
    for question in (
        lambda url: reads.projects(url, limit=10),
        lambda url: reads.project(url, str(PROJECT)[:5]),
        lambda url: reads.search(url, "tea vid", limit=10),
        lambda url: reads.search_footage(url, "title", limit=10),
        lambda url: reads.history(url, str(PROJECT)),
        lambda url: reads.cost(url, str(PROJECT)),
    ):
        assert await question(record.url) == await question(file.url)
    columns = ("operation", "entity_type", "entity_id", "changes", "context")
    here, there = [
        [[row[name] for name in columns] for row in await reads.audit(url, str(PROJECT), limit=100)]
        for url in (record.url, file.url)
    ]
    assert here == there
    assert len(here) > 5


async def test_rows_that_were_dropped_come_back_as_they_were(record: PostgresDatabase):
    before = record.projections()
    record.rows("DELETE FROM projects")
    record.rows("UPDATE videos SET width = 1")
    assert (await console.rebuild(record.url))["mended"] == 2
    assert record.projections() == before
    assert (await console.rebuild(record.url))["mended"] == 0


async def test_forgotten_projects_leave_a_record_with_which_a_rebuild_agrees(
    postgres: Postgres, postgres_template: str, postgres_database: PostgresDatabase
):
    fresh = PostgresDatabase(postgres, postgres.create(postgres_template))
    try:
        await check_forgetting(postgres_database, fresh)
    finally:
        postgres.drop(fresh.name)


async def test_the_schema_goes_back_and_says_so(record: PostgresDatabase):
    assert (await console.check(record.url))["problems"] == ()
    assert (await console.set_schema(record.url, OLDER))["schema"] == "older"
    with pytest.raises(PermanentError, match="older schema"):
        await reads.projects(record.url, limit=1)
    assert (await console.set_schema(record.url, "head"))["schema"] == "current"
