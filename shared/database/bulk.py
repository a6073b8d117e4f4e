"""Many rows in one statement, past what makes a single one convenient."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

__all__ = ["insert", "select_rows", "upsert"]


def insert(connection: Connection, table: str, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> bool:
    """Inserts rows, each a tuple in the order of the columns.

    Returns:
        Whether all of them were inserted. If not, some break a key: the caller goes back to before.
    """
    if not rows:
        return True
    if connection.dialect.name == "postgresql":
        return _copy(connection, table, columns, rows)
    statement = _insert(table, columns, connection.dialect.name) + " ON CONFLICT DO NOTHING"
    return connection.exec_driver_sql(statement, list(rows)).rowcount == len(rows)


def _copy(connection: Connection, table: str, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> bool:
    """Twice as fast as statements."""
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
    errors: Any = connection.dialect.loaded_dbapi
    driver: Any = connection.connection.driver_connection
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except errors.errors.UniqueViolation:
        return False
    except errors.Error as error:
        raise DBAPIError.instance(statement, None, error, errors.Error, dialect=connection.dialect) from error
    return True


def upsert(
    connection: Connection,
    table: str,
    columns: tuple[str, ...],
    rows: Sequence[tuple[Any, ...]],
    *,
    key: tuple[str, ...],
) -> None:
    """Inserts rows, or updates those that have the same key; the `id` of a row that is there stays.

    Never REPLACE: that would delete and insert, past triggers and with cascades.
    """
    if rows:
        statement = _insert(table, columns, connection.dialect.name) + _on_conflict(columns, key)
        connection.exec_driver_sql(statement, list(rows))


def select_rows(connection: Connection, query: str, values: Sequence[str]) -> list[tuple[Any, ...]]:
    """The rows of a query about some values, whose places in it are `{}`: as `IN ({})`, or as rows after `VALUES {}`."""
    if not values:
        return []
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    mark = f"({mark})" if "VALUES {}" in query else mark
    marks = ", ".join([mark] * len(values))
    return [tuple(row) for row in connection.exec_driver_sql(query.format(marks), tuple(values))]


@cache
def _insert(table: str, columns: tuple[str, ...], dialect: str) -> str:
    mark = "?" if dialect == "sqlite" else "%s"
    marks = ", ".join([mark] * len(columns))
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608 - names from our code


@cache
def _on_conflict(columns: tuple[str, ...], key: tuple[str, ...]) -> str:
    changed = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in {"id", *key})
    return f" ON CONFLICT ({', '.join(key)}) DO UPDATE SET {changed}"
