"""How Alembic reaches the database: over the caller's connection, or over DATABASE_URL for its command line."""

import os

from alembic import context
from sqlalchemy import Connection

from scenewire.database.engine import writing_engine
from scenewire.database.models import Base
from scenewire.database.revision import VERSION_TABLE


def ours(name: str | None, kind: str, _parents: object) -> bool:
    return kind != "table" or name in Base.metadata.tables


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        version_table=VERSION_TABLE,
        transactional_ddl=True,  # true of SQLite too, as our engine begins its transactions itself
        include_name=ours,
    )
    with context.begin_transaction():
        context.run_migrations()


caller: Connection | None = context.config.attributes.get("connection")
if caller is not None:
    run(caller)
else:
    with writing_engine(os.environ["DATABASE_URL"], create=True).begin() as own:
        run(own)
