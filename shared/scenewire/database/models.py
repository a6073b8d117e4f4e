"""The tables as SQLAlchemy models.

The migrations are the one source of the schema; defaults and checks are found there alone, and a test holds that the
columns here are the columns there. Names and types are those of the two prior systems, so that their SQL and their web
application keep working. Times are ISO-8601 text in UTC with milliseconds and a Z, which sorts by time.
"""

from typing import Any, ClassVar, Final

from sqlalchemy import (
    REAL,
    BigInteger,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeEngine

__all__ = [
    "AssemblyJob",
    "AuditEntry",
    "Base",
    "FootageEntry",
    "LoggedMessage",
    "Project",
    "Scene",
    "SystemPrompt",
    "Video",
    "VisualSuggestion",
    "WorkEntry",
]

NAMING: Final = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

Big: Final = BigInteger().with_variant(Integer(), "sqlite")
"""A video may be larger than 2 GiB. SQLite's INTEGER has 64 bits anyway."""


Real: Final[TypeEngine[Any]] = REAL().with_variant(Double(), "postgresql")
"""SQLite's REAL has 64 bits, that of Postgres 32."""


class Base(DeclarativeBase):
    """The metadata of all tables."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar = {str: Text(), float: Real}


class LoggedMessage(Base):
    """A message as the bus delivered it. This is the event log; all other tables are projections of it.

    Not `messages`: by that name the web application keeps its chats in the same database. Its key is the message id,
    because a broker restored from a backup gives the same sequence to another message.
    """

    __tablename__ = "message_log"
    __table_args__ = (Index(None, "project_id", "revision", "published_at", "sequence"),)

    message_id: Mapped[str] = mapped_column(primary_key=True)
    stream: Mapped[str]
    sequence: Mapped[int] = mapped_column(Big)
    subject: Mapped[str]
    project_id: Mapped[str | None]
    revision: Mapped[int]
    published_at: Mapped[str]
    headers: Mapped[str]
    body: Mapped[str | None]
    raw_body: Mapped[bytes | None]
    valid: Mapped[bool]
    problem: Mapped[str | None]


class SystemPrompt(Base):
    """A table of the web application; `projects` refers to it."""

    __tablename__ = "system_prompts"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    prompt: Mapped[str]
    description: Mapped[str | None]
    category: Mapped[str | None]
    is_preset: Mapped[bool | None]
    is_default: Mapped[bool | None]
    created_at: Mapped[str | None]
    updated_at: Mapped[str | None]


class Project(Base):
    """A video from order to file. `target_duration` is the ordered length, other durations are measured; all in seconds."""

    __tablename__ = "projects"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    topic: Mapped[str | None]
    current_step: Mapped[str | None]
    status: Mapped[str | None]
    config_json: Mapped[str | None]
    system_prompt_id: Mapped[str | None] = mapped_column(ForeignKey(SystemPrompt.id, ondelete="SET NULL"))
    voice_id: Mapped[str | None]
    niche: Mapped[str | None]
    script_generated: Mapped[bool | None]
    voice_selected: Mapped[bool | None]
    target_duration: Mapped[int | None]
    total_duration: Mapped[float | None]
    visuals_generated: Mapped[bool | None]
    visuals_provider: Mapped[str | None]
    visuals_download_progress: Mapped[int | None]
    video_path: Mapped[str | None]
    video_total_duration: Mapped[float | None]
    video_file_size: Mapped[int | None] = mapped_column(Big)
    thumbnail_path: Mapped[str | None]
    rag_enabled: Mapped[int | None]
    rag_config: Mapped[str | None]
    rag_last_sync: Mapped[str | None]
    created_at: Mapped[str | None]
    last_active: Mapped[str | None]


class Scene(Base):
    """One scene; `duration` is in seconds, once the scene is narrated."""

    __tablename__ = "scenes"
    __table_args__ = (UniqueConstraint("project_id", "scene_number"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    project_id: Mapped[str] = mapped_column(ForeignKey(Project.id, ondelete="CASCADE"))
    scene_number: Mapped[int]
    text: Mapped[str]
    sanitized_text: Mapped[str | None]
    audio_file_path: Mapped[str | None]
    duration: Mapped[float | None]
    selected_clip_id: Mapped[str | None]
    visual_keywords: Mapped[str | None]
    created_at: Mapped[str | None]
    updated_at: Mapped[str | None]


class VisualSuggestion(Base):
    """A source video that was considered for a scene; `duration` in whole seconds."""

    __tablename__ = "visual_suggestions"
    __table_args__ = (UniqueConstraint("scene_id", "video_id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    scene_id: Mapped[str] = mapped_column(ForeignKey(Scene.id, ondelete="CASCADE"))
    video_id: Mapped[str]
    title: Mapped[str]
    thumbnail_url: Mapped[str | None]
    channel_title: Mapped[str | None]
    embed_url: Mapped[str]
    rank: Mapped[int]
    duration: Mapped[int | None]
    default_segment_path: Mapped[str | None]
    download_status: Mapped[str | None]
    created_at: Mapped[str | None]
    cv_score: Mapped[float | None]
    provider: Mapped[str | None]
    source_url: Mapped[str | None]


class FootageEntry(Base):
    """A clip or a still that was considered, downloaded or used for a scene, with its credits. `id` is that of its suggestion.

    `path` names its stored file, if it was downloaded or used; `original_name` is the file's name at its source. Not audited:
    `visual_suggestions` is, which the same message fills.
    """

    __tablename__ = "footage"
    __table_args__ = (Index(None, "scene_id"), Index(None, "provider", "source_id"))

    id: Mapped[str] = mapped_column(primary_key=True)
    scene_id: Mapped[str] = mapped_column(ForeignKey(Scene.id, ondelete="CASCADE"))
    source_id: Mapped[str]
    provider: Mapped[str]
    kind: Mapped[str]
    state: Mapped[str]
    title: Mapped[str]
    creator: Mapped[str]
    licence: Mapped[str]
    licence_url: Mapped[str]
    source_url: Mapped[str]
    original_name: Mapped[str]
    path: Mapped[str | None]
    created_at: Mapped[str]


class Video(Base):
    """A media file: a finished video, or a source clip used in one."""

    __tablename__ = "videos"
    __table_args__ = (UniqueConstraint("path"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    path: Mapped[str]
    filename: Mapped[str]
    duration_frames: Mapped[int] = mapped_column(Big)
    frame_rate_numerator: Mapped[int]
    frame_rate_denominator: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
    video_codec: Mapped[str]
    audio_codec: Mapped[str | None]
    file_size: Mapped[int] = mapped_column(Big)
    thumbnail_path: Mapped[str | None]
    created_at: Mapped[str]
    updated_at: Mapped[str]


class AssemblyJob(Base):
    """Assembly progress for the web application: one row per project, `progress` in percent."""

    __tablename__ = "assembly_jobs"
    __table_args__ = (Index(None, "project_id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    project_id: Mapped[str] = mapped_column(ForeignKey(Project.id, ondelete="CASCADE"))
    status: Mapped[str | None]
    progress: Mapped[int | None]
    current_stage: Mapped[str | None]
    current_scene: Mapped[int | None]
    total_scenes: Mapped[int]
    error_message: Mapped[str | None]
    started_at: Mapped[str | None]
    completed_at: Mapped[str | None]
    created_at: Mapped[str | None]


class WorkEntry(Base):
    """What the work behind a message used, as the message reports it: one row for each message that does.

    It stays with its message, also when the project is deleted. `money` and tokens are NULL where a provider was asked and does not report them or has no price. `providers` is JSON.
    """

    __tablename__ = "work"
    __table_args__ = (Index(None, "project_id"),)

    message_id: Mapped[str] = mapped_column(ForeignKey(LoggedMessage.message_id, ondelete="CASCADE"), primary_key=True)
    project_id: Mapped[str]
    revision: Mapped[int]
    stage: Mapped[str]
    scene_number: Mapped[int | None]
    worker: Mapped[str]
    started_at: Mapped[str]
    wall_seconds: Mapped[float]
    own_cpu_seconds: Mapped[float]
    child_cpu_seconds: Mapped[float]
    bytes_fetched: Mapped[int] = mapped_column(Big)
    bytes_stored: Mapped[int] = mapped_column(Big)
    results_reused: Mapped[int]
    results_made: Mapped[int]
    requests: Mapped[int]
    input_tokens: Mapped[int | None] = mapped_column(Big)
    output_tokens: Mapped[int | None] = mapped_column(Big)
    characters: Mapped[int | None] = mapped_column(Big)
    money: Mapped[float | None]
    providers: Mapped[str]


class AuditEntry(Base):
    """One change of a row in another table, written in the same transaction; never changed itself.

    `changes_json` is `{column: {"old": ..., "new": ...}}`, NULL for an INSERT; `context` says which message it was.
    """

    __tablename__ = "audit_log"
    __table_args__ = (UniqueConstraint("id"), Index("idx_audit_log_entity", "entity_id", "timestamp"))

    id: Mapped[str]
    timestamp: Mapped[str]
    operation: Mapped[str]
    entity_type: Mapped[str]
    entity_id: Mapped[str]
    changes_json: Mapped[str | None]
    context: Mapped[str | None]
    sequence: Mapped[int] = mapped_column(Big, Identity(), primary_key=True)
