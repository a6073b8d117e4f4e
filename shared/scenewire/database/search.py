"""Full-text search over videos and footage, with the same results on SQLite and Postgres.

A text is a sequence of words: letters and digits, ignoring case and Latin accents. A query for videos matches its words side
by side in the file name or the path, one for footage all its words anywhere in the description; of the last word a prefix is
enough.
"""

import sqlite3
from functools import cache
from threading import Lock
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, false, func, literal, literal_column, select, table, text
from sqlalchemy.dialects.postgresql import TSQUERY

from scenewire.database.models import Video

__all__ = ["footage_matches", "video_search", "words"]

_VIDEOS: Final = Video.__table__
MAX_WORD_CHARACTERS: Final = 500
"""Postgres indexes as much of a word."""

MAX_WORDS: Final = 200
"""Longer descriptions are rare, and SQLite has a limit near 256."""

_WORDS: Final[ColumnElement[Any]] = literal_column("videos.words")
_FOOTAGE_WORDS: Final[ColumnElement[Any]] = literal_column("footage.words")
"""Generated columns of Postgres."""

_one_at_a_time: Final = Lock()


def video_search(query: str, dialect: str) -> Select[Any]:
    """Returns the rows of `videos` that match a query, best first, without a limit. Any text is a valid query.

    Args:
        query: text of a person; matches nothing without words.
        dialect: `sqlite` or `postgresql`.
    """
    wanted = words(query)
    rows = select(_VIDEOS)
    if not wanted:
        return rows.where(false())
    if dialect == "sqlite":
        index = table("videos_fts")
        return (
            rows.join(index, literal_column("videos_fts.rowid") == literal_column("videos.rowid"))
            .where(text("videos_fts MATCH :phrase").bindparams(phrase=f'"{" ".join(wanted)}"*'))
            .order_by(text("videos_fts.rank"), _VIDEOS.c.path)
        )
    phrase = " <-> ".join(f"'{word[:MAX_WORD_CHARACTERS]}'" for word in wanted) + ":*"
    size = func.length(_VIDEOS.c.path)  # the query covers more of a shorter path
    return rows.where(_WORDS.bool_op("@@")(literal(phrase).cast(TSQUERY))).order_by(size, _VIDEOS.c.path)


def footage_matches(query: str, dialect: str) -> ColumnElement[bool]:
    """Returns the condition that a row of `footage` has all words of a query. Any text is a valid query.

    Args:
        query: text of a person; matches nothing without words.
        dialect: `sqlite` or `postgresql`.
    """
    *whole, begun = words(query) or [""]
    wanted = [*dict.fromkeys(whole), begun]
    if not begun or len(wanted) > MAX_WORDS:
        return false()
    if dialect == "sqlite":
        expression = " AND ".join(f'"{word}"' for word in wanted) + "*"
        matches = text("footage_fts MATCH :expression").bindparams(expression=expression)
        found: Select[Any] = select(literal_column("rowid")).select_from(table("footage_fts")).where(matches)
        return literal_column("footage.rowid").in_(found)
    expression = " & ".join(f"'{word[:MAX_WORD_CHARACTERS]}'" for word in wanted) + ":*"
    return _FOOTAGE_WORDS.bool_op("@@")(literal(expression).cast(TSQUERY))


def words(text: str) -> list[str]:
    """Returns the words of a text by SQLite's tokenizer."""
    plain = text.encode("utf-8", "replace").decode().replace("\0", " ")
    with _one_at_a_time:
        connection = _tokenizer()
        connection.execute("INSERT INTO texts VALUES (?)", (plain,))
        found = [word for (word,) in connection.execute("SELECT term FROM words ORDER BY offset")]
        connection.rollback()
    return found


@cache
def _tokenizer() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    connection.execute("CREATE VIRTUAL TABLE texts USING fts5(text, tokenize='unicode61')")
    connection.execute("CREATE VIRTUAL TABLE words USING fts5vocab(texts, 'instance')")
    return connection
