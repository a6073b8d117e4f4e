import asyncio
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from scenewire.database.engine import writing_engine
from scenewire.database.revision import upgrade, upgrade_engine
from tests.unit.recorder.story import Database, MemoryDatabase


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Database:
    """Migrated once; tests take copies."""
    database = Database(tmp_path_factory.mktemp("database") / "empty.db")
    asyncio.run(upgrade(database.url))
    return database


@pytest.fixture(scope="session")
def schema() -> Iterator[sqlite3.Connection]:
    """Migrated once, in memory."""
    engine = writing_engine("sqlite://")
    upgrade_engine(engine)
    connection = engine.raw_connection()
    assert isinstance(connection.driver_connection, sqlite3.Connection)
    yield connection.driver_connection
    connection.close()
    engine.dispose()


@pytest.fixture
def in_memory(schema: sqlite3.Connection) -> Iterator[MemoryDatabase]:
    database = MemoryDatabase(schema)
    yield database
    database.engine.dispose()


@pytest.fixture
def database(empty_database: Database, tmp_path: Path) -> Database:
    return empty_database.copied_to(tmp_path / "record.db")
