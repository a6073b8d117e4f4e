"""The index of footage: what was considered, downloaded or used for each scene, with its credits, and full-text search over it.

`scenewire rebuild` fills it with the footage of earlier videos.
"""

import sqlalchemy as sa
from alembic import op

revision = "b7d24e91c530"
down_revision = "8f3b6c20d9e1"
branch_labels = None
depends_on = None

SEARCHED = ("title", "creator", "original_name", "licence", "provider", "kind", "source_url")

SQLITE_INDEX = {
    "footage_fts": "CREATE VIRTUAL TABLE footage_fts USING fts5({columns}, content='footage', content_rowid='rowid')",
    "footage_fts_insert": """\
CREATE TRIGGER footage_fts_insert AFTER INSERT ON footage BEGIN
  INSERT INTO footage_fts(rowid, {columns}) VALUES (new.rowid, {new});
END""",
    "footage_fts_delete": """\
CREATE TRIGGER footage_fts_delete AFTER DELETE ON footage BEGIN
  INSERT INTO footage_fts(footage_fts, rowid, {columns}) VALUES ('delete', old.rowid, {old});
END""",
    "footage_fts_update": """\
CREATE TRIGGER footage_fts_update AFTER UPDATE ON footage BEGIN
  INSERT INTO footage_fts(footage_fts, rowid, {columns}) VALUES ('delete', old.rowid, {old});
  INSERT INTO footage_fts(rowid, {columns}) VALUES (new.rowid, {new});
END""",
}
"""By name, in the order of creation. The index holds no copy of the text."""

POSTGRES_TEXT = " || ' ' || ".join(SEARCHED[:-1])


def upgrade() -> None:
    op.create_table(
        "footage",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("scene_id", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("creator", sa.Text(), nullable=False),
        sa.Column("licence", sa.Text(), nullable=False),
        sa.Column("licence_url", sa.Text(), nullable=False),
        sa.Column("source_url", sa.Text(), nullable=False),
        sa.Column("original_name", sa.Text(), nullable=False),
        sa.Column("path", sa.Text()),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_footage"),
        sa.ForeignKeyConstraint(["scene_id"], ["scenes.id"], name="fk_footage_scene_id", ondelete="CASCADE"),
        sa.CheckConstraint(sa.column("kind").in_(("clip", "still")), name="kind"),
        sa.CheckConstraint(sa.column("state").in_(("considered", "downloaded", "used")), name="state"),
    )
    op.create_index("ix_footage_scene_id", "footage", ["scene_id"])
    op.create_index("ix_footage_provider_source_id", "footage", ["provider", "source_id"])
    if _on_sqlite():
        columns, new, old = (", ".join(f"{row}{name}" for name in SEARCHED) for row in ("", "new.", "old."))
        for definition in SQLITE_INDEX.values():
            op.get_bind().exec_driver_sql(definition.format(columns=columns, new=new, old=old))
        return
    words = f"words tsvector GENERATED ALWAYS AS (scenewire_words({POSTGRES_TEXT}, {SEARCHED[-1]})) STORED"
    op.execute(f"ALTER TABLE footage ADD COLUMN {words}")
    op.create_index("ix_footage_words", "footage", ["words"], postgresql_using="gin")


def downgrade() -> None:
    if _on_sqlite():
        op.execute("DROP TABLE footage_fts")
    op.drop_table("footage")


def _on_sqlite() -> bool:
    return op.get_context().dialect.name == "sqlite"
