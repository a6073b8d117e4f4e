"""SQLite's full-text index of videos, which triggers maintain. In Postgres the index is part of the table."""

from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

__all__ = ["index_fits", "rebuild_index"]


def index_fits(connection: Connection) -> bool:
    """Returns whether the index matches the videos. Needs a writable connection, but writes nothing."""
    if connection.dialect.name != "sqlite":
        return True
    attempt = connection.begin_nested()
    try:
        # without the rank only the index itself is examined, not what it is the index of
        connection.exec_driver_sql("INSERT INTO videos_fts(videos_fts, rank) VALUES ('integrity-check', 1)")
    except DatabaseError as error:
        if not getattr(error.orig, "sqlite_errorname", "").startswith("SQLITE_CORRUPT"):
            raise
        return False
    finally:
        attempt.rollback()
    return True


def rebuild_index(connection: Connection) -> None:
    """Rebuilds the index from the videos."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("INSERT INTO videos_fts(videos_fts) VALUES ('rebuild')")
