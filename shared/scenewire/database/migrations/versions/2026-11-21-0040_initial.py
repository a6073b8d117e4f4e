"""The event log and its first projections.

Four tables may have been made by the web application, one by the older editor: those are adopted as they are and stay
when we go.
"""

import sqlalchemy as sa
from alembic import op

from scenewire.errors import FailureCode, PermanentError

revision = "5c1d0a7e42b9"
down_revision = None
branch_labels = None
depends_on = None

OTHER_OWNERS = {
    "migrations": ("system_prompts", "projects", "scenes", "visual_suggestions"),
    "alembic_version": ("videos",),
}
"""Another application's own table, and what it owns where that table is found."""

STEPS = (
    "topic",
    "voice",
    "script-generation",
    "voiceover",
    "visual-sourcing",
    "visual-curation",
    "editing",
    "export",
)
DOWNLOADS = ("pending", "queued", "downloading", "complete", "error")

NOW = {
    "sqlite": "(datetime('now'))",
    "postgresql": "to_char(now() AT TIME ZONE 'utc', 'YYYY-MM-DD HH24:MI:SS')",
}

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
REAL: sa.types.TypeEngine[float] = sa.REAL().with_variant(sa.Double(), "postgresql")


def upgrade() -> None:
    _create(
        "message_log",
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("sequence", BIG, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("project_id", sa.Text()),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.Text(), nullable=False),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("body", sa.Text()),
        sa.Column("raw_body", sa.LargeBinary()),
        sa.Column("valid", sa.Boolean(), nullable=False),
        sa.Column("problem", sa.Text()),
        sa.PrimaryKeyConstraint("message_id", name="pk_message_log"),
    )
    op.create_index(
        "ix_message_log_project_id_revision_published_at_sequence",
        "message_log",
        ["project_id", "revision", "published_at", "sequence"],
    )
    _create(
        "system_prompts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("prompt", sa.Text(), nullable=False),
        sa.Column("description", sa.Text()),
        sa.Column("category", sa.Text()),
        sa.Column("is_preset", sa.Boolean(), server_default=sa.false()),
        sa.Column("is_default", sa.Boolean(), server_default=sa.false()),
        _time("created_at"),
        _time("updated_at"),
        sa.PrimaryKeyConstraint("id", name="pk_system_prompts"),
    )
    _create(
        "projects",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text()),
        sa.Column("current_step", sa.Text(), server_default="topic"),
        sa.Column("status", sa.Text(), server_default="draft"),
        sa.Column("config_json", sa.Text()),
        sa.Column("system_prompt_id", sa.Text()),
        sa.Column("voice_id", sa.Text()),
        sa.Column("niche", sa.Text()),
        sa.Column("script_generated", sa.Boolean(), server_default=sa.false()),
        sa.Column("voice_selected", sa.Boolean(), server_default=sa.false()),
        sa.Column("target_duration", sa.Integer(), server_default=sa.text("2")),
        sa.Column("total_duration", REAL),
        sa.Column("visuals_generated", sa.Boolean(), server_default=sa.false()),
        sa.Column("visuals_provider", sa.Text()),
        sa.Column("visuals_download_progress", sa.Integer(), server_default=sa.text("0")),
        sa.Column("video_path", sa.Text()),
        sa.Column("video_total_duration", REAL),
        sa.Column("video_file_size", BIG),
        sa.Column("thumbnail_path", sa.Text()),
        sa.Column("rag_enabled", sa.Integer(), server_default=sa.text("0")),
        sa.Column("rag_config", sa.Text()),
        sa.Column("rag_last_sync", sa.Text()),
        _time("created_at"),
        _time("last_active"),
        sa.PrimaryKeyConstraint("id", name="pk_projects"),
        sa.ForeignKeyConstraint(
            ["system_prompt_id"], ["system_prompts.id"], name="fk_projects_system_prompt_id", ondelete="SET NULL"
        ),
        sa.CheckConstraint(sa.column("current_step").in_(STEPS), name="current_step"),
    )
    _create(
        "scenes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("project_id", sa.Text(), nullable=False),
        sa.Column("scene_number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sanitized_text", sa.Text()),
        sa.Column("audio_file_path", sa.Text()),
        sa.Column("duration", REAL),
        sa.Column("selected_clip_id", sa.Text()),
        sa.Column("visual_keywords", sa.Text()),
        _time("created_at"),
        _time("updated_at"),
        sa.PrimaryKeyConstraint("id", name="pk_scenes"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_scenes_project_id", ondelete="CASCADE"),
        sa.UniqueConstraint("project_id", "scene_number", name="uq_scenes_project_id_scene_number"),
    )
    _create(
        "visual_suggestions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("scene_id", sa.Text(), nullable=False),
        sa.Column("video_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("thumbnail_url", sa.Text()),
        sa.Column("channel_title", sa.Text()),
        sa.Column("embed_url", sa.Text(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("duration", sa.Integer()),
        sa.Column("default_segment_path", sa.Text()),
        sa.Column("download_status", sa.Text(), server_default="pending"),
        _time("created_at"),
        sa.Column("cv_score", REAL),
        sa.Column("provider", sa.Text(), server_default="youtube"),
        sa.Column("source_url", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_visual_suggestions"),
        sa.ForeignKeyConstraint(["scene_id"], ["scenes.id"], name="fk_visual_suggestions_scene_id", ondelete="CASCADE"),
        sa.UniqueConstraint("scene_id", "video_id", name="uq_visual_suggestions_scene_id_video_id"),
        sa.CheckConstraint(sa.column("download_status").in_(DOWNLOADS), name="download_status"),
    )
    _create(
        "videos",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("duration_frames", BIG, nullable=False),
        sa.Column("frame_rate_numerator", sa.Integer(), nullable=False),
        sa.Column("frame_rate_denominator", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("video_codec", sa.Text(), nullable=False),
        sa.Column("audio_codec", sa.Text()),
        sa.Column("file_size", BIG, nullable=False),
        sa.Column("thumbnail_path", sa.Text()),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_videos"),
        sa.UniqueConstraint("path", name="uq_videos_path"),
    )


def downgrade() -> None:
    present = _tables()
    theirs = {table for mark, owned in OTHER_OWNERS.items() if mark in present for table in owned}
    for table in ("videos", "visual_suggestions", "scenes", "projects", "system_prompts", "message_log"):
        if table not in theirs:
            op.drop_table(table)


def _create(table: str, *parts: sa.schema.SchemaItem) -> None:
    """Creates a table, or adopts the one that is there if it has our columns. It may have more."""
    if table not in _tables():
        op.create_table(table, *parts)
        return
    present = {column["name"] for column in sa.inspect(op.get_bind()).get_columns(table)}
    missing = [part.name for part in parts if isinstance(part, sa.Column) and part.name not in present]
    if missing:
        raise PermanentError(
            FailureCode.DATABASE_UNAVAILABLE,
            f"the database has a table {table} without {', '.join(missing)}",
            hint="bring the application that owns it up to date, or give us a database of our own",
        )


def _tables() -> set[str]:
    return set(sa.inspect(op.get_bind()).get_table_names())


def _time(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=sa.text(NOW[op.get_context().dialect.name]))
