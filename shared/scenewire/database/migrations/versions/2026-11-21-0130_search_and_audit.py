"""Full-text search over videos, the audit log, and the web application's assembly jobs.

What another application made is adopted: the older editor has the index and an audit log without sequence, the web
application has the jobs. Their tables stay when we go, the audit log in its older shape.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from contextlib import closing

import sqlalchemy as sa
from alembic import op

from scenewire.errors import FailureCode, PermanentError

revision = "8f3b6c20d9e1"
down_revision = "5c1d0a7e42b9"
branch_labels = None
depends_on = None

JOB_STATES = ("pending", "processing", "complete", "error")
JOB_STAGES = (
    "initializing",
    "downloading",
    "trimming",
    "concatenating",
    "audio_overlay",
    "thumbnail",
    "finalizing",
)
NOW = {
    "sqlite": "(datetime('now'))",
    "postgresql": "to_char(now() AT TIME ZONE 'utc', 'YYYY-MM-DD HH24:MI:SS')",
}
AUDITED = ("id", "timestamp", "operation", "entity_type", "entity_id", "changes_json", "context")

SQLITE_INDEX = {
    "videos_fts": """\
CREATE VIRTUAL TABLE videos_fts USING fts5(filename, path, content='videos', content_rowid='rowid')""",
    "videos_fts_insert": """\
CREATE TRIGGER videos_fts_insert AFTER INSERT ON videos BEGIN
  INSERT INTO videos_fts(rowid, filename, path) VALUES (new.rowid, new.filename, new.path);
END""",
    "videos_fts_delete": """\
CREATE TRIGGER videos_fts_delete AFTER DELETE ON videos BEGIN
  INSERT INTO videos_fts(videos_fts, rowid, filename, path) VALUES ('delete', old.rowid, old.filename, old.path);
END""",
    "videos_fts_update": """\
CREATE TRIGGER videos_fts_update AFTER UPDATE ON videos BEGIN
  INSERT INTO videos_fts(videos_fts, rowid, filename, path) VALUES ('delete', old.rowid, old.filename, old.path);
  INSERT INTO videos_fts(rowid, filename, path) VALUES (new.rowid, new.filename, new.path);
END""",
}
"""By name, in the order of creation. The index holds no copy of the text."""

POSTGRES_WORDS = """\
CREATE FUNCTION scenewire_words(filename text, path text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $function$
DECLARE
  word text;
  place int := 0;
  words text := '';
  part text;
  parts text[];
BEGIN
  FOREACH part IN ARRAY ARRAY[filename, path] LOOP
    IF octet_length(part) = length(part) THEN
      parts := regexp_split_to_array(lower(part COLLATE "C"), '[^a-z0-9]+');
    ELSE
      parts := regexp_split_to_array(translate(part, {letters}, {folded}), {separators});
    END IF;
    FOREACH word IN ARRAY parts LOOP
      place := place + 1;
      IF word <> '' THEN
        words := words || left(word, 500) || ':' || place || ' ';
      END IF;
    END LOOP;
    place := place + 1;
  END LOOP;
  RETURN words::tsvector;
END
$function$"""
"""The words of a video as SQLite's index has them, with their places; a gap keeps phrases within filename or path.

Postgres' own parser would keep some file names whole and take others for versions or hosts. A word has no more than
2046 bytes there.
"""


def upgrade() -> None:
    if _on_sqlite():
        present = _sqlite_objects()
        for name, definition in SQLITE_INDEX.items():
            if name not in present:
                op.get_bind().exec_driver_sql(definition)
        op.execute("INSERT INTO videos_fts(videos_fts) VALUES ('rebuild')")
    else:
        _create_postgres_index()
    older = "audit_log" in _tables()
    if older:
        op.rename_table("audit_log", "older_audit_log")
        op.execute("DROP INDEX IF EXISTS idx_audit_log_entity")
    op.create_table(
        "audit_log",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("timestamp", sa.Text(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("entity_type", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Text(), nullable=False),
        sa.Column("changes_json", sa.Text()),
        sa.Column("context", sa.Text()),
        sa.Column(
            "sequence",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            *([] if _on_sqlite() else [sa.Identity()]),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("sequence", name="pk_audit_log"),
        sa.UniqueConstraint("id", name="uq_audit_log_id"),
    )
    op.create_index("idx_audit_log_entity", "audit_log", ["entity_id", "timestamp"])
    if older:
        _move_audit("older_audit_log", "audit_log", order="timestamp, rowid")
    if "assembly_jobs" not in _tables():
        _create_jobs()


def downgrade() -> None:
    present = _tables()
    if "migrations" not in present:
        op.drop_table("assembly_jobs")
    if not _on_sqlite():
        op.drop_column("videos", "words")
        op.execute("DROP FUNCTION scenewire_words(text, text)")
    if "alembic_version" in present:
        _give_audit_back()
        return
    op.drop_table("audit_log")
    if _on_sqlite():
        for name in reversed(SQLITE_INDEX):
            op.execute(f"DROP {'TABLE' if name == 'videos_fts' else 'TRIGGER'} {name}")


def _create_jobs() -> None:
    now = sa.text(NOW[op.get_context().dialect.name])
    op.create_table(
        "assembly_jobs",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("project_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="pending"),
        sa.Column("progress", sa.Integer(), server_default=sa.text("0")),
        sa.Column("current_stage", sa.Text()),
        sa.Column("current_scene", sa.Integer()),
        sa.Column("total_scenes", sa.Integer(), nullable=False),
        sa.Column("error_message", sa.Text()),
        sa.Column("started_at", sa.Text()),
        sa.Column("completed_at", sa.Text()),
        sa.Column("created_at", sa.Text(), server_default=now),
        sa.PrimaryKeyConstraint("id", name="pk_assembly_jobs"),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_assembly_jobs_project_id", ondelete="CASCADE"
        ),
        sa.CheckConstraint(sa.column("status").in_(JOB_STATES), name="status"),
        sa.CheckConstraint(sa.column("current_stage").in_(JOB_STAGES), name="current_stage"),
    )
    op.create_index("ix_assembly_jobs_project_id", "assembly_jobs", ["project_id"])


def _give_audit_back() -> None:
    op.rename_table("audit_log", "newer_audit_log")
    op.drop_index("idx_audit_log_entity")
    op.execute(
        "CREATE TABLE audit_log (id TEXT PRIMARY KEY, timestamp TEXT NOT NULL, operation TEXT NOT NULL,"
        " entity_type TEXT NOT NULL, entity_id TEXT NOT NULL, changes_json TEXT, context TEXT)"
    )
    op.create_index("idx_audit_log_entity", "audit_log", ["entity_id", "timestamp"])
    _move_audit("newer_audit_log", "audit_log", order="sequence")


def _move_audit(source: str, target: str, *, order: str) -> None:
    columns = ", ".join(AUDITED)
    op.execute(f"INSERT INTO {target} ({columns}) SELECT {columns} FROM {source} ORDER BY {order}")  # noqa: S608
    op.drop_table(source)


def _create_postgres_index() -> None:
    encoding = op.get_bind().scalar(sa.text("SHOW server_encoding"))
    if encoding != "UTF8":
        raise PermanentError(
            FailureCode.DATABASE_UNAVAILABLE,
            f"the database is encoded in {encoding}, which does not hold every text",
            hint="create it with ENCODING 'UTF8'",
        )
    separators, folded = _alphabet()
    letters = sorted(folded, key=lambda letter: (not folded[letter], letter))  # those that vanish come last
    definition = POSTGRES_WORDS.format(
        letters=_quoted("".join(letters)),
        folded=_quoted("".join(folded[letter] for letter in letters)),
        separators=_quoted(f"[{_ranges(separators)}]+"),
    )
    op.get_bind().exec_driver_sql(definition)
    words = "words tsvector GENERATED ALWAYS AS (scenewire_words(filename, path)) STORED"
    op.execute(f"ALTER TABLE videos ADD COLUMN {words}")  # a phrase is looked up in it, row by row
    op.create_index("ix_videos_words", "videos", ["words"], postgresql_using="gin")


def _alphabet() -> tuple[list[str], dict[str, str]]:
    """What SQLite's tokenizer takes for separators, and what it folds other characters to, if not to themselves.

    Its tables are those of Unicode 6.1, hence its name, and nobody else has them.
    """
    characters = [chr(code) for code in (*range(1, 0xD800), *range(0xE000, 0x20000), *range(0xE0000, 0xE0200))]
    words = defaultdict(list)
    with closing(sqlite3.connect(":memory:")) as probe:
        probe.execute("CREATE VIRTUAL TABLE texts USING fts5(text, tokenize='unicode61')")
        probe.execute("CREATE VIRTUAL TABLE words USING fts5vocab(texts, 'instance')")
        probe.executemany("INSERT INTO texts(rowid, text) VALUES (?, ?)", ((ord(c), f"x{c}x") for c in characters))
        for number, word in probe.execute("SELECT doc, term FROM words"):
            words[chr(number)].append(word)
    separators = [character for character in characters if len(words[character]) > 1]
    folded = {character: words[character][0][1:-1] for character in characters if len(words[character]) == 1}
    return separators, {character: to for character, to in folded.items() if to != character}


def _ranges(characters: Iterable[str]) -> str:
    """For a bracket expression."""
    bounds: list[list[int]] = []
    for code in map(ord, characters):
        if bounds and code == bounds[-1][1] + 1:
            bounds[-1][1] = code
        else:
            bounds.append([code, code])
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in bounds)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _on_sqlite() -> bool:
    return op.get_context().dialect.name == "sqlite"


def _sqlite_objects() -> set[str]:
    return set(op.get_bind().scalars(sa.text("SELECT name FROM sqlite_master")))


def _tables() -> set[str]:
    return set(sa.inspect(op.get_bind()).get_table_names())
