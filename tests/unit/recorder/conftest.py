import asyncio
from pathlib import Path

import pytest

from scenewire.database.revision import upgrade
from tests.unit.recorder.story import Database


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Database:
    """Migrated once; tests take copies."""
    database = Database(tmp_path_factory.mktemp("database") / "empty.db")
    asyncio.run(upgrade(database.url))
    return database


@pytest.fixture
def database(empty_database: Database, tmp_path: Path) -> Database:
    return empty_database.copied_to(tmp_path / "record.db")
