"""Many rows in one statement.

Statements go directly to the driver: the layers in between cost more than the database does for a small batch.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError

__all__ = ["fetch", "insert", "insert_new", "select_rows", "upsert"]

_KEY_TAKEN: Final = {"SQLITE_CONSTRAINT_PRIMARYKEY", "SQLITE_CONSTRAINT_UNIQUE", "23505"}
"""Error codes of SQLite and Postgres."""


def insert(connection: Connection, table: str, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> None:
    """Inserts rows, each a tuple in the order of the columns.

    Raises:
        IntegrityError: a row violates a constraint.
    """
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        _copy(connection, table, columns, rows)
        return
    statement = _insert(table, columns, connection.dialect.name)
    with _driver(connection, statement) as cursor:
        cursor.executemany(statement, rows)


def insert_new(connection: Connection, table: str, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> bool:
    """Inserts rows if all their keys are new; otherwise inserts none and returns False."""
    _execute(connection, "SAVEPOINT attempt")
    try:
        insert(connection, table, columns, rows)
    except IntegrityError as error:
        if _code(error) not in _KEY_TAKEN:
            raise
        _execute(connection, "ROLLBACK TO attempt")
        return False
    _execute(connection, "RELEASE attempt")
    return True


def _copy(connection: Connection, table: str, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> None:
    """Inserts rows by COPY, which is twice as fast as statements."""
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
    with _driver(connection, statement) as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def upsert(
    connection: Connection,
    table: str,
    columns: tuple[str, ...],
    rows: Sequence[tuple[Any, ...]],
    *,
    key: tuple[str, ...],
) -> None:
    """Inserts rows, or updates those with the same key; an existing `id` stays.

    REPLACE would delete and insert, which skips triggers and cascades.
    """
    if rows:
        statement = _insert(table, columns, connection.dialect.name) + _on_conflict(columns, key)
        with _driver(connection, statement) as cursor:
            cursor.executemany(statement, rows)


def fetch(connection: Connection, query: str, values: Sequence[str] = ()) -> list[tuple[Any, ...]]:
    """Returns the rows of a query in the driver's dialect."""
    with _driver(connection, query) as cursor:
        cursor.execute(query, tuple(values))
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def select_rows(connection: Connection, query: str, values: Sequence[str]) -> list[tuple[Any, ...]]:
    """Returns the rows of a query with values in place of `{}`: `IN ({})`, or rows after `VALUES {}`."""
    if not values:
        return []
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    mark = f"({mark})" if "VALUES {}" in query else mark
    return fetch(connection, query.format(", ".join([mark] * len(values))), values)


def _execute(connection: Connection, statement: str) -> None:
    with _driver(connection, statement) as cursor:
        cursor.execute(statement)


def _code(error: IntegrityError) -> str:
    return str(getattr(error.orig, "sqlite_errorname", None) or getattr(error.orig, "sqlstate", ""))


@contextmanager
def _driver(connection: Connection, statement: str) -> Iterator[Any]:
    """Yields the driver's cursor and translates its errors to SQLAlchemy's."""
    dialect = connection.dialect
    errors: Any = dialect.loaded_dbapi
    driver: Any = connection.connection.driver_connection
    try:
        with closing(driver.cursor()) as cursor:
            yield cursor
    except errors.Error as error:
        if dialect.is_disconnect(error, driver, None):
            connection.invalidate(error)
        raise DBAPIError.instance(statement, None, error, errors.Error, dialect=dialect) from error


@cache
def _insert(table: str, columns: tuple[str, ...], dialect: str) -> str:
    mark = "?" if dialect == "sqlite" else "%s"
    marks = ", ".join([mark] * len(columns))
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608 - names from our code


@cache
def _on_conflict(columns: tuple[str, ...], key: tuple[str, ...]) -> str:
    changed = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in {"id", *key})
    return f" ON CONFLICT ({', '.join(key)}) DO UPDATE SET {changed}"
