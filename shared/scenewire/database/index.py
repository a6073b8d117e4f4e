"""SQLite's full-text indexes, which triggers maintain. In Postgres an index is part of its table."""

from typing import Final

from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

__all__ = ["index_fits", "rebuild_index"]

_INDEXES: Final = ("videos_fts", "footage_fts")


def index_fits(connection: Connection) -> bool:
    """Returns whether the indexes match their tables. Needs a writable connection, but writes nothing."""
    if connection.dialect.name != "sqlite":
        return True
    return all(_fits(connection, index) for index in _INDEXES)


def _fits(connection: Connection, index: str) -> bool:
    attempt = connection.begin_nested()
    try:
        # without the rank only the index itself is examined, not what it is the index of
        connection.exec_driver_sql(f"INSERT INTO {index}({index}, rank) VALUES ('integrity-check', 1)")  # noqa: S608
    except DatabaseError as error:
        if not getattr(error.orig, "sqlite_errorname", "").startswith("SQLITE_CORRUPT"):
            raise
        return False
    finally:
        attempt.rollback()
    return True


def rebuild_index(connection: Connection) -> None:
    """Rebuilds the indexes from their tables."""
    if connection.dialect.name == "sqlite":
        for index in _INDEXES:
            connection.exec_driver_sql(f"INSERT INTO {index}({index}) VALUES ('rebuild')")  # noqa: S608
