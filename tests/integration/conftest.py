from collections.abc import Iterator

import pytest

from scenewire.database.engine import writing_engine
from scenewire.database.revision import upgrade_engine
from tests.support.postgres import Postgres, running_postgres
from tests.unit.recorder.story import PostgresDatabase


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A real server, started once."""
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres: Postgres) -> str:
    """Migrated once; tests take copies."""
    name = postgres.create()
    engine = writing_engine(postgres.url(name))
    upgrade_engine(engine)
    engine.dispose()
    return name


@pytest.fixture
def postgres_database(postgres: Postgres, postgres_template: str) -> Iterator[PostgresDatabase]:
    name = postgres.create(postgres_template)
    yield PostgresDatabase(postgres, name)
    postgres.drop(name)
