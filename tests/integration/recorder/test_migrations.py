"""The schema, made by real processes in real files."""

import asyncio
import os
import sqlite3
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from scenewire.database.engine import transaction, writing_engine
from scenewire.database.models import Base
from scenewire.database.revision import VERSION_TABLE, downgrade, upgrade
from scenewire.database.videos import SqlVideoRepository
from scenewire.errors import FailureCode, PermanentError, TransientError
from tests.support.editor import create_editors_database
from tests.support.postgres import Postgres
from tests.support.web_application import create_web_database
from tests.unit.recorder.story import Database, PostgresDatabase, delivered, film

TABLES = {table.name for table in Base.metadata.sorted_tables}
INDEX = {
    f"{index}{part}" for index in ("videos_fts", "footage_fts") for part in ("", "_config", "_data", "_docsize", "_idx")
}
"""SQLite keeps a full-text index in tables; there is no _content, as it holds no copy of the text."""

PROJECTS = """
    id TEXT!  name TEXT!  topic TEXT  current_step TEXT  status TEXT  config_json TEXT  system_prompt_id TEXT
    voice_id TEXT  niche TEXT  script_generated BOOLEAN  voice_selected BOOLEAN  target_duration INTEGER
    total_duration REAL  visuals_generated BOOLEAN  visuals_provider TEXT  visuals_download_progress INTEGER
    video_path TEXT  video_total_duration REAL  video_file_size INTEGER  thumbnail_path TEXT  rag_enabled INTEGER
    rag_config TEXT  rag_last_sync TEXT  created_at TEXT  last_active TEXT
"""
SCENES = """
    id TEXT!  project_id TEXT!  scene_number INTEGER!  text TEXT!  sanitized_text TEXT  audio_file_path TEXT
    duration REAL  selected_clip_id TEXT  visual_keywords TEXT  created_at TEXT  updated_at TEXT
"""
VISUAL_SUGGESTIONS = """
    id TEXT!  scene_id TEXT!  video_id TEXT!  title TEXT!  thumbnail_url TEXT  channel_title TEXT  embed_url TEXT!
    rank INTEGER!  duration INTEGER  default_segment_path TEXT  download_status TEXT  created_at TEXT  cv_score REAL
    provider TEXT  source_url TEXT
"""
VIDEOS = """
    id TEXT!  path TEXT!  filename TEXT!  duration_frames INTEGER!  frame_rate_numerator INTEGER!
    frame_rate_denominator INTEGER!  width INTEGER!  height INTEGER!  video_codec TEXT!  audio_codec TEXT
    file_size INTEGER!  thumbnail_path TEXT  created_at TEXT!  updated_at TEXT!
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "record.db"


def pairs(columns: str) -> list[str]:
    words = columns.split()
    return [" ".join(pair) for pair in zip(words[::2], words[1::2], strict=True)]


def url(path: Path) -> str:
    return f"sqlite:///{path}"


def query(path: Path, statement: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(statement).fetchall()


def tables(path: Path) -> set[str]:
    return {name for (name,) in query(path, "SELECT name FROM sqlite_master WHERE type = 'table'")}


def objects(path: Path) -> list[tuple[Any, ...]]:
    return query(path, "SELECT type, name, sql FROM sqlite_master ORDER BY name")


@pytest.mark.parametrize(
    ("table", "columns"),
    [("projects", PROJECTS), ("scenes", SCENES), ("visual_suggestions", VISUAL_SUGGESTIONS), ("videos", VIDEOS)],
)
async def test_a11_b54_columns_are_those_of_the_prior_systems(table: str, columns: str, path: Path):
    await upgrade(url(path))
    described = [
        f"{name} {kind}{'!' * required}" for _, name, kind, required, *_ in query(path, f"PRAGMA table_info({table})")
    ]
    assert described == pairs(columns)


async def test_a21_the_models_see_the_schema_that_the_migrations_make(path: Path):
    await upgrade(url(path))
    engine = create_engine(url(path))
    with engine.connect() as connection:
        options = {
            "version_table": VERSION_TABLE,
            "include_name": lambda name, kind, _: kind != "table" or name in TABLES,
        }
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


async def test_a21_a22_up_down_up(path: Path):
    await upgrade(url(path))
    first = objects(path)
    assert tables(path) == {*TABLES, *INDEX, VERSION_TABLE}
    await upgrade(url(path))
    assert objects(path) == first
    await downgrade(url(path))
    assert objects(path) == []
    await upgrade(url(path))
    assert objects(path) == first


async def test_a39_the_file_is_in_wal_mode(path: Path):
    await upgrade(url(path))
    assert query(path, "PRAGMA journal_mode") == [("wal",)]


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO projects (id, name, current_step) VALUES ('a', 'b', 'complete')",
        "INSERT INTO visual_suggestions VALUES ('a','b','c','d','','','e',1,1,'','done','',1.0,'','')",
        "INSERT INTO projects (id) VALUES ('a')",
        "INSERT INTO projects (id, name) VALUES (NULL, 'b')",
    ],
)
async def test_values_that_the_web_application_would_refuse_are_refused(statement: str, path: Path):
    await upgrade(url(path))
    with pytest.raises(sqlite3.IntegrityError):
        query(path, statement)


async def test_b29_the_web_applications_database_is_adopted_and_given_back_as_it_was(path: Path):
    create_web_database(path)
    theirs = objects(path)
    rows = query(path, "SELECT * FROM projects")
    await upgrade(url(path))
    assert tables(path) == {*TABLES, *INDEX, VERSION_TABLE, "messages", "migrations"}
    assert [entry for entry in objects(path) if entry in theirs] == theirs
    assert query(path, "SELECT content FROM messages") == [("Make a film about tea",)]
    await downgrade(url(path))
    assert objects(path) == theirs
    assert query(path, "SELECT * FROM projects") == rows
    await upgrade(url(path))


async def test_a22_the_editors_database_is_adopted_and_given_back_with_its_rows(path: Path):
    create_editors_database(path)
    theirs, history = objects(path), query(path, "SELECT * FROM audit_log ORDER BY timestamp")
    await upgrade(url(path))
    assert query(path, "SELECT id, path FROM videos") == [("v1", "clips/tea.mp4")]
    assert query(path, "SELECT rowid FROM videos_fts WHERE videos_fts MATCH 'tea'") == [(1,)]
    assert [row[:7] for row in query(path, "SELECT * FROM audit_log ORDER BY sequence")] == history
    await downgrade(url(path))
    assert objects(path) == theirs
    assert query(path, "SELECT * FROM audit_log ORDER BY timestamp") == history


async def test_a_table_of_another_shape_is_refused_and_nothing_is_left(path: Path):
    query(path, "CREATE TABLE scenes (id TEXT PRIMARY KEY, project_id TEXT, scene_number INTEGER, text TEXT)")
    before = objects(path)
    with pytest.raises(PermanentError, match="scenes without sanitized_text, audio_file_path") as caught:
        await upgrade(url(path))
    assert caught.value.code == FailureCode.DATABASE_UNAVAILABLE
    assert objects(path) == before


async def test_a21_a_newer_schema_is_refused(path: Path):
    await upgrade(url(path))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(f"UPDATE {VERSION_TABLE} SET version_num = 'ffffffffffff'")  # noqa: S608
    before = objects(path)
    for migrate in (upgrade, downgrade):
        with pytest.raises(PermanentError, match="ffffffffffff") as caught:
            await migrate(url(path))
        assert caught.value.code == FailureCode.DATABASE_TOO_NEW
        assert str(path) in str(caught.value)
    assert objects(path) == before


async def test_b36_a_missing_folder_is_named(tmp_path: Path):
    with pytest.raises(PermanentError, match=r"the folder .* does not exist") as caught:
        await upgrade(url(tmp_path / "no" / "such" / "record.db"))
    assert caught.value.code == FailureCode.DATABASE_UNAVAILABLE
    assert str(tmp_path / "no" / "such") in str(caught.value)


async def test_b36_a_read_only_file_is_named(path: Path):
    query(path, "CREATE TABLE theirs (id TEXT)")
    with pytest.raises(PermanentError, match="is read-only") as caught:
        await upgrade(f"sqlite:///file:{path}?mode=ro&uri=true")
    assert str(path) in str(caught.value)


async def test_a_folder_in_the_files_place_is_named(tmp_path: Path):
    with pytest.raises(PermanentError, match="cannot be opened") as caught:
        await upgrade(url(tmp_path))
    assert str(tmp_path) in str(caught.value)


async def test_a_file_that_is_no_database_is_left_alone(path: Path):
    path.write_text("Dear diary, " * 1000)
    with pytest.raises(PermanentError, match="not a SQLite database"):
        await upgrade(url(path))
    assert path.read_text().startswith("Dear diary")


async def test_b36_a_locked_database_is_named(path: Path):
    await upgrade(url(path))
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(TransientError, match="is locked by another program") as caught:
            await upgrade(url(path), lock_timeout=timedelta(0))
    assert str(path) in str(caught.value)
    await upgrade(url(path))


@pytest.mark.parametrize("wrong", ["", "nonsense", "mysql://localhost/x", "record.db"])
async def test_a_url_of_no_known_database_is_refused(wrong: str):
    with pytest.raises(PermanentError, match="DATABASE_URL"):
        await upgrade(wrong)


async def command(*arguments: str, **environment: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "scenewire.database",
        *arguments,
        env=os.environ | environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await process.communicate()
    return process.returncode or 0, out.decode()


async def test_a21_several_processes_may_upgrade_at_once(path: Path):
    ended = await asyncio.gather(*(command("upgrade", DATABASE_URL=url(path)) for _ in range(3)))
    assert [code for code, _ in ended] == [0] * 3, ended
    assert tables(path) == {*TABLES, *INDEX, VERSION_TABLE}


async def test_the_command_ends_with_2_and_one_line_when_the_database_cannot_be_used(tmp_path: Path):
    code, out = await command("upgrade", DATABASE_URL=url(tmp_path / "no" / "record.db"))
    assert code == 2
    assert len(out.splitlines()) == 1
    assert str(tmp_path / "no") in out


# --- on both databases, with rows in it ----------------------------------------------------------

SEARCH_AND_AUDIT = "5c1d0a7e42b9"
"""What there was before them."""


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, path: Path) -> Database:
    """An empty one."""
    if request.param == "sqlite":
        return Database(path)
    server: Postgres = request.getfixturevalue("postgres")
    return PostgresDatabase(server, server.create())


def everything_in(database: Database) -> set[str]:
    """Tables, indexes, triggers and functions."""
    if isinstance(database, PostgresDatabase):
        return {
            row["name"]
            for row in database.rows(
                "SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace"
                " UNION SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
            )
        }
    return {row["name"] for row in database.rows("SELECT name FROM sqlite_master")}


async def test_row_46_a22_the_schema_goes_down_and_up_again_with_all_rows_in_it(database: Database):
    await upgrade(database.url)
    first = everything_in(database)
    await database.record(delivered(film()))
    rows = database.projections()
    jobs = rows.pop("assembly_jobs")
    assert rows.pop("footage")
    assert rows.pop("work")
    await downgrade(database.url, SEARCH_AND_AUDIT)
    left = everything_in(database)
    assert "message_log" in left
    assert not {name for name in left if "audit" in name or "fts" in name or "words" in name or "jobs" in name}
    assert database.row("SELECT count(*) AS n FROM videos") == {"n": len(rows["videos"])}
    await upgrade(database.url)
    assert everything_in(database) == first
    after = database.projections()
    assert after.pop("assembly_jobs") == after.pop("footage") == after.pop("work") == []
    assert after == rows
    engine = writing_engine(database.url)
    with transaction(engine) as connection:
        found = SqlVideoRepository(connection).search("tea vid")
    assert len(found) == 1  # what was there before the index is in it
    engine.dispose()
    await database.record(delivered(film(revision=1), first=100))
    assert len(jobs) == len(database.rows("SELECT * FROM assembly_jobs")) == 1
    await downgrade(database.url)
    assert everything_in(database) == set()
    await upgrade(database.url)
    assert everything_in(database) == first
    assert database.rows("SELECT * FROM videos") == []


async def test_a22_audit_and_sequence_go_with_their_step_and_begin_anew(database: Database):
    await upgrade(database.url)
    await database.record(delivered(film()))
    assert database.row("SELECT count(*) > 10 AS many FROM audit_log")["many"]
    await downgrade(database.url, SEARCH_AND_AUDIT)
    await upgrade(database.url)
    await database.record(delivered(film(revision=1), first=100))
    rows = database.rows("SELECT sequence FROM audit_log ORDER BY sequence")
    assert [row["sequence"] for row in rows] == list(range(1, len(rows) + 1))


async def test_a21_the_models_see_what_the_migrations_make_on_postgres(postgres: Postgres):
    url = postgres.url(postgres.create())
    await upgrade(url)

    def ours(entry: object, name: str | None, kind: str, *_: object) -> bool:
        return name not in {
            "words",
            "ix_videos_words",
            "ix_footage_words",
        }  # the full-text indexes, which models do not see

    engine = writing_engine(url)
    with transaction(engine) as connection:
        options = {"version_table": VERSION_TABLE, "include_object": ours}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata) == []
    engine.dispose()


async def test_a21_several_processes_may_upgrade_postgres_at_once(postgres: Postgres):
    database = PostgresDatabase(postgres, postgres.create())
    ended = await asyncio.gather(*(command("upgrade", DATABASE_URL=database.url) for _ in range(3)))
    assert [code for code, _ in ended] == [0] * 3, ended
    assert {"audit_log", "scenewire_words", VERSION_TABLE} <= everything_in(database)


async def test_a21_a_newer_schema_is_refused_on_postgres(postgres_database: PostgresDatabase):
    postgres_database.execute(f"UPDATE {VERSION_TABLE} SET version_num = 'ffffffffffff'")  # noqa: S608
    before = everything_in(postgres_database)
    for migrate in (upgrade, downgrade):
        with pytest.raises(PermanentError, match="ffffffffffff") as caught:
            await migrate(postgres_database.url)
        assert caught.value.code == FailureCode.DATABASE_TOO_NEW
    assert everything_in(postgres_database) == before


async def test_a_postgres_that_cannot_hold_every_text_is_refused_and_nothing_is_left(postgres: Postgres):
    postgres.run("CREATE DATABASE {} TEMPLATE template0 ENCODING 'LATIN1'", "latin")
    with pytest.raises(PermanentError, match=r"is encoded in LATIN1.*ENCODING 'UTF8'"):
        await upgrade(postgres.url("latin"))
    assert everything_in(PostgresDatabase(postgres, "latin")) == set()


async def test_b36_a_read_only_postgres_is_named_although_its_schema_is_current(
    postgres: Postgres, postgres_database: PostgresDatabase
):
    postgres.run("ALTER DATABASE {} SET default_transaction_read_only = on", postgres_database.name)
    with pytest.raises(TransientError, match=f"{postgres_database.name} is read-only") as caught:
        await upgrade(postgres_database.url)
    assert caught.value.code == FailureCode.DATABASE_UNAVAILABLE
    postgres.run("ALTER DATABASE {} RESET default_transaction_read_only", postgres_database.name)
    await upgrade(postgres_database.url)


async def test_a_postgres_url_needs_no_driver_in_it(postgres_database: PostgresDatabase):
    for scheme in ("postgresql://", "postgresql+psycopg://", "postgresql+asyncpg://"):
        await upgrade(postgres_database.url.replace("postgresql://", scheme))


@pytest.mark.parametrize("revision", [SEARCH_AND_AUDIT, "base"])
async def test_a22_the_web_applications_rows_survive_a_step_back(revision: str, path: Path):
    create_web_database(path)
    await upgrade(url(path))
    await Database(path).record(delivered(film()))
    theirs = Database(path)
    theirs.execute(
        "INSERT INTO assembly_jobs (id, project_id, total_scenes) SELECT 'theirs', id, 1 FROM projects LIMIT 1"
    )
    tables_of_theirs = ("projects", "scenes", "visual_suggestions", "messages", "assembly_jobs")
    kept = {table: theirs.rows(f"SELECT * FROM {table}") for table in tables_of_theirs}  # noqa: S608
    assert all(kept.values())
    await downgrade(url(path), revision)
    await upgrade(url(path))
    assert {table: theirs.rows(f"SELECT * FROM {table}") for table in kept} == kept  # noqa: S608
