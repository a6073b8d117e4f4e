"""The messages of a film, as the bus delivers them, and a database to record them in."""

import hashlib
import json
import shutil
import sqlite3
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from typing_extensions import override

from scenewire.database.engine import writing_engine
from scenewire.messages import (
    ArtifactRef,
    Candidate,
    Clip,
    Credit,
    Footage,
    FootageSourced,
    Loudness,
    Message,
    ProjectCancelled,
    ProjectDeleted,
    ProjectFailed,
    ProviderUse,
    ScriptRequested,
    SourceFacts,
    StoredMessage,
    VideoAssembled,
    Work,
)
from scenewire_recorder.repository import Repository
from scenewire_recorder.stage import RecorderStage
from tests.support.builders import (
    PROJECT,
    audio_rendered,
    brief,
    footage_sourced,
    narration_requested,
    scripted,
    segment_rendered,
)
from tests.support.postgres import Postgres, as_postgres

NOON_NS = 1_795_262_400_000_000_000
"""2026-11-21T12:00:00Z"""

PROJECTIONS = ("projects", "scenes", "visual_suggestions", "footage", "videos", "assembly_jobs", "work")


def ref(key: str, media_type: str = "video/mp4") -> ArtifactRef:
    return ArtifactRef(key=key, sha256="0" * 64, size=1_000, media_type=media_type)


def clip(source_id: str) -> Clip:
    return Clip(
        file=ref(content_key(source_id)),
        in_frame=0,
        out_frame=100,
        facts=SourceFacts(
            width=1280,
            height=720,
            frame_rate_numerator=30_000,
            frame_rate_denominator=1001,
            duration_frames=600,
            video_codec="h264",
            audio_codec="aac",
        ),
        source_id=source_id,
        credit=Credit(
            provider="dvids",
            title=f"Title of {source_id}",
            creator="A. Maker",
            licence="public domain",
            source_url=f"https://example.org/{source_id}",
            original_name=f"{source_id}.mp4",
        ),
    )


def content_key(source_id: str) -> str:
    """Where the store keeps a clip: under the hash of its content, whatever its name."""
    digest = hashlib.sha256(source_id.encode()).hexdigest()
    return f"content/{digest[:2]}/{digest}.mp4"


def candidate(source_id: str, score: float, *, chosen: bool = False) -> Candidate:
    return Candidate(
        provider="dvids",
        source_id=source_id,
        title=f"Title of {source_id}",
        score=score,
        reason="it fits",
        chosen=chosen,
        source_url=f"https://example.org/{source_id}",
        duration=20.4,
    )


def footage(project_id: UUID, number: int, scene_count: int, *source_ids: str) -> FootageSourced:
    """The first source is used; the others were only considered."""
    used = source_ids[0]
    found = Footage(
        clips=(clip(used),),
        candidates=tuple(candidate(name, 1 / rank, chosen=name == used) for rank, name in enumerate(source_ids, 1)),
        fallback=False,
    )
    return footage_sourced(project_id, number, scene_count).model_copy(update={"footage": found})


def assembled(project_id: UUID, scene_count: int) -> VideoAssembled:
    def output(name: str, media_type: str) -> ArtifactRef:
        return ref(f"output/{project_id}/{name}", media_type)

    return VideoAssembled(
        project_id=project_id,
        brief=brief(scene_count),
        video=output("Tea_video.mp4", "video/mp4"),
        captions_srt=output("captions.srt", "application/x-subrip"),
        captions_vtt=output("captions.vtt", "text/vtt"),
        thumbnail=output("thumbnail.jpg", "image/jpeg"),
        credits_json=output("credits.json", "application/json"),
        credits_txt=output("credits.txt", "text/plain"),
        script_json=output("script.json", "application/json"),
        frames=120,
        duration=4.0,
        video_codec="h264",
        audio_codec="aac",
        loudness=Loudness(integrated_lufs=-14, true_peak_dbtp=-1),
    )


def film(project_id: UUID = PROJECT, scene_count: int = 3, *, revision: int = 0) -> list[Message | ScriptRequested]:
    """From the order to the file, in the order of publication."""
    numbers = range(1, scene_count + 1)
    order = ScriptRequested(project_id=project_id, topic="Tea", target_duration=60)
    messages: list[Message | ScriptRequested] = [
        order,
        scripted(project_id, scene_count),
        *(narration_requested(project_id, number, scene_count) for number in numbers),
        *(audio_rendered(project_id, number, scene_count) for number in numbers),
        *(footage(project_id, number, scene_count, f"s{number}r{revision}", "other") for number in numbers),
        *(segment_rendered(project_id, number, scene_count) for number in numbers),
        assembled(project_id, scene_count),
    ]
    return [message.model_copy(update={"revision": revision} | accounted(message)) for message in messages]


def accounted(message: Message | ScriptRequested, *, wall_s: float = 2.5) -> dict[str, Any]:
    """The work that a message reports, if it is one that does."""
    service = {
        "scenes.scripted": "script",
        "audio.rendered": "tts",
        "footage.sourced": "sourcing",
        "segment.rendered": "assembly",
        "video.assembled": "assembly",
    }.get(message.SUBJECT)
    if service is None:
        return {}
    asked = ProviderUse(provider="groq", model="m", requests=2, input_tokens=900, output_tokens=400, money=0.000375)
    spoken = ProviderUse(provider="openai-compatible", model="tts-1", requests=3, characters=120)
    work = Work(
        service=service,
        worker="host:12",
        started_at=datetime(2026, 11, 21, 12, tzinfo=UTC),
        wall_s=wall_s,
        own_cpu_s=0.25,
        child_cpu_s=1.5,
        bytes_fetched=3_000_000_000,
        bytes_stored=2_000,
        results_made=1,
        providers={"script": (asked,), "tts": (spoken,)}.get(service, ()),
    )
    return {"work": work}


def failed(project_id: UUID = PROJECT) -> ProjectFailed:
    return ProjectFailed(project_id=project_id, stage="tts", scene_number=2, code="speech_failed", message="no voice")


def cancelled(project_id: UUID = PROJECT) -> ProjectCancelled:
    return ProjectCancelled(project_id=project_id, reason="changed our minds")


def deleted(project_id: UUID = PROJECT, *, revision: int = 0) -> ProjectDeleted:
    return ProjectDeleted(project_id=project_id, revision=revision, reason="asked by the customer", requested_by="Ada")


def delivered(
    messages: Iterable[Message | ScriptRequested], *, first: int = 1, start_ns: int = NOON_NS
) -> list[StoredMessage]:
    """As the recorder receives them: numbered from `first`, 10 ms apart."""
    return [
        StoredMessage(
            stream="PIPELINE",
            sequence=sequence,
            subject=message.subject if isinstance(message, Message) else message.SUBJECT,
            published_at_ns=start_ns + sequence * 10_000_000,
            headers={"Nats-Msg-Id": message.message_id, "correlation_id": str(message.project_id)},
            body=message.model_dump_json().encode(),
        )
        for sequence, message in enumerate(messages, start=first)
    ]


def raw_message(
    subject: str, body: bytes, *, sequence: int = 1, headers: dict[str, str] | None = None
) -> StoredMessage:
    return StoredMessage(
        stream="PIPELINE",
        sequence=sequence,
        subject=subject,
        published_at_ns=NOON_NS + sequence * 10_000_000,
        headers=headers or {},
        body=body,
    )


ENTITIES = {
    "project": "projects",
    "scene": "scenes",
    "visual_suggestion": "visual_suggestions",
    "video": "videos",
    "assembly_job": "assembly_jobs",
}


class Database:
    """A file with the current schema; read through plain sqlite3, as the web application does."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.url = f"sqlite:///{path}"

    @asynccontextmanager
    async def stage(self) -> AsyncIterator[RecorderStage]:
        repository = Repository(writing_engine(self.url))
        try:
            yield RecorderStage(repository)
        finally:
            repository.close()

    async def record(self, *batches: Sequence[StoredMessage]) -> None:
        async with self.stage() as stage:
            for batch in batches:
                await stage.record(batch)

    def rows(self, query: str, *values: object) -> list[dict[str, Any]]:
        with closing(sqlite3.connect(self.path)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(query, values)]

    def row(self, query: str, *values: object) -> dict[str, Any]:
        (row,) = self.rows(query, *values)
        return row

    def execute(self, statement: str) -> None:
        with closing(sqlite3.connect(self.path, isolation_level=None)) as connection:
            connection.execute(statement)

    def projections(self) -> dict[str, list[dict[str, Any]]]:
        keys = {"work": "message_id"}
        return {table: self.rows(f"SELECT * FROM {table} ORDER BY {keys.get(table, 'id')}") for table in PROJECTIONS}  # noqa: S608

    def config(self) -> dict[str, Any]:
        config: dict[str, Any] = json.loads(self.row("SELECT config_json FROM projects")["config_json"])
        return config

    def audit_faults(self) -> list[str]:
        """Where the audit log does not tell how the rows came to be what they are: each change once, none left out."""
        faults: list[str] = []
        rows: dict[str, dict[str, dict[str, Any]]] = {}
        for kind, table in ENTITIES.items():
            rows[kind] = {row["id"]: row for row in self.rows(f"SELECT * FROM {table}")}  # noqa: S608
        told: dict[tuple[str, str], dict[str, Any] | None] = {}
        for entry in self.rows("SELECT * FROM audit_log ORDER BY sequence"):
            operation, key = entry["operation"], (entry["entity_type"], entry["entity_id"])
            changes = json.loads(entry["changes_json"] or "{}")
            known = told.get(key)
            if (known is None) != (operation == "INSERT") or (not changes) != (operation == "INSERT"):
                faults.append(f"{operation} of {key} with {changes} after {known}")
            told[key] = None if operation == "DELETE" else {name: change["new"] for name, change in changes.items()}
            if known is not None and operation == "UPDATE":
                wrong = [name for name, change in changes.items() if known.get(name, change["old"]) != change["old"]]
                wrong += [name for name, change in changes.items() if change["old"] == change["new"]]
                faults += [f"{key}: {name} was not {changes[name]}" for name in wrong]
                told[key] = known | {name: change["new"] for name, change in changes.items()}
        alive = {(kind, key) for kind, table in rows.items() for key in table}
        faults += [f"{key} is not as told" for key in alive ^ {key for key, known in told.items() if known is not None}]
        for (kind, row_id), known in told.items():
            row = rows[kind].get(row_id, {})
            faults += [f"{kind} {row_id}: {name}" for name, value in (known or {}).items() if row.get(name) != value]
        return faults

    def copied_to(self, path: Path) -> "Database":
        shutil.copyfile(self.path, path)
        return Database(path)

    def of_same_kind(self, folder: Path) -> "Database":
        """Returns a database without a schema; a file lies in the folder."""
        return Database(folder / "same-kind.db")


class MemoryDatabase(Database):
    """The same without a file: it exists as long as its engine."""

    def __init__(self, schema: sqlite3.Connection) -> None:
        """Copies the schema of another database."""
        self.url = "sqlite://"
        self.engine = writing_engine(self.url)
        connection = self.engine.raw_connection()
        assert isinstance(connection.driver_connection, sqlite3.Connection)
        schema.backup(connection.driver_connection)
        connection.close()

    @override
    @asynccontextmanager
    async def stage(self) -> AsyncIterator[RecorderStage]:
        yield RecorderStage(Repository(self.engine))

    @override
    def rows(self, query: str, *values: object) -> list[dict[str, Any]]:
        with self.engine.connect() as connection:
            return [dict(row) for row in connection.exec_driver_sql(query, values).mappings()]


class PostgresDatabase(Database):
    """The same in Postgres; queries are written as for SQLite."""

    def __init__(self, server: Postgres, name: str) -> None:
        self.server = server
        self.name = name
        self.url = server.url(name)

    @override
    def of_same_kind(self, folder: Path) -> "Database":
        return PostgresDatabase(self.server, self.server.create())

    @override
    def rows(self, query: str, *values: object) -> list[dict[str, Any]]:
        with self.server.connection(self.name) as connection:
            cursor = connection.execute(as_postgres(query), values)
            return cursor.fetchall() if cursor.description else []

    @override
    def execute(self, statement: str) -> None:
        self.rows(statement)

    @override
    def projections(self) -> dict[str, list[dict[str, Any]]]:
        found = super().projections()
        for row in (*found["videos"], *found["footage"]):
            del row["words"]  # what SQLite keeps in an index beside the table
        return found
