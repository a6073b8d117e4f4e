import asyncio
import json
import random
import sqlite3
import tempfile
from contextlib import closing
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError
from structlog.testing import capture_logs

from scenewire.database.engine import reading_engine, snapshot, transaction, writing_engine
from scenewire.errors import FailureCode, PipelineError, TransientError
from scenewire.messages import StoredMessage, derive_project_id
from scenewire_recorder.log_entries import read
from scenewire_recorder.repository import Repository
from scenewire_recorder.stage import RecorderStage
from tests.support.builders import PROJECT, scripted
from tests.unit.recorder.story import (
    Database,
    cancelled,
    content_key,
    deleted,
    delivered,
    failed,
    film,
    footage,
    raw_message,
)

OTHER = UUID("22222222-2222-4222-8222-222222222222")
GONE = UUID("33333333-3333-4333-8333-333333333333")


def everything() -> list[StoredMessage]:
    """A run that fails and is mended, a second run with a message of the first among it, other projects, noise.

    One of the others is deleted in the middle of its second run.
    """
    first, second = film(scene_count=2), film(scene_count=2, revision=1)
    gone = [*film(GONE, 2), *film(GONE, 2, revision=1)]
    gone.insert(-3, deleted(GONE))
    others = [*film(OTHER, 1), *gone]
    story = delivered([*first[:5], failed(), *first[5:], *second[:4], *others, *second[4:], cancelled(OTHER)])
    late = footage(PROJECT, 1, 2, "late").model_dump_json().encode()
    noise = [("footage.sourced", late), ("audio.rendered", b"{}"), ("audio.rendered", b"\xff")]
    return story + [
        raw_message(subject, body, sequence=sequence, headers={"correlation_id": str(PROJECT)})
        for sequence, (subject, body) in enumerate(noise, start=len(story) + 1)
    ]


def log_of(database: Database) -> object:
    return database.rows("SELECT * FROM message_log ORDER BY message_id")


@pytest.fixture(scope="module")
def expected(empty_database: Database, tmp_path_factory: pytest.TempPathFactory) -> Database:
    database = empty_database.copied_to(tmp_path_factory.mktemp("expected") / "record.db")
    asyncio.run(database.record(everything()))
    return database


@settings(max_examples=40)
@given(randomly=st.randoms(use_true_random=False), batches=st.integers(1, 12))
def test_row_52_b10_b58_any_order_and_any_repetition_give_the_same_rows(
    randomly: random.Random, batches: int, empty_database: Database, expected: Database
):
    messages = everything()
    messages += randomly.choices(messages, k=len(messages) // 2)
    randomly.shuffle(messages)
    cuts = sorted(randomly.choices(range(len(messages) + 1), k=batches - 1))
    with tempfile.TemporaryDirectory() as folder:
        database = empty_database.copied_to(Path(folder) / "record.db")
        asyncio.run(database.record(*(messages[a:b] for a, b in pairwise([0, *cuts, len(messages)]))))
        assert database.projections() == expected.projections()
        assert log_of(database) == log_of(expected)


async def test_one_message_at_a_time_in_order_gives_the_same_rows(database: Database, expected: Database):
    await database.record(*([message] for message in everything()))
    assert database.projections() == expected.projections()
    assert log_of(database) == log_of(expected)


async def test_b11_b13_b24_a_film_is_on_record(database: Database):
    await database.record(delivered(film()))
    project = database.row("SELECT * FROM projects")
    assert project["id"] == str(PROJECT)
    assert (project["name"], project["topic"], project["target_duration"]) == ("Tea", "Tea", 60)
    assert (project["current_step"], project["status"]) == ("export", "complete")
    assert project["video_path"] == f"output/{PROJECT}/Tea_video.mp4"
    assert (project["video_file_size"], project["video_total_duration"], project["total_duration"]) == (1000, 4.0, 6.0)
    assert project["thumbnail_path"] == f"output/{PROJECT}/thumbnail.jpg"
    assert (project["created_at"], project["last_active"]) == ("2026-11-21T12:00:00.010Z", "2026-11-21T12:00:00.150Z")
    scenes = database.rows("SELECT * FROM scenes ORDER BY scene_number")
    assert [scene["scene_number"] for scene in scenes] == [1, 2, 3]
    assert all(scene["duration"] == 2.0 and scene["audio_file_path"] == "content/00/a" for scene in scenes)
    chosen = database.rows(
        "SELECT s.scene_number, v.video_id, v.duration FROM scenes s JOIN visual_suggestions v"
        " ON v.id = s.selected_clip_id ORDER BY s.scene_number"
    )
    assert [(row["video_id"], row["duration"]) for row in chosen] == [("s1r0", 20), ("s2r0", 20), ("s3r0", 20)]
    videos = database.rows("SELECT * FROM videos ORDER BY path")
    names = {content_key(f"s{number}r0"): f"s{number}r0.mp4" for number in (1, 2, 3)}
    assert {video["path"]: video["filename"] for video in videos} == {
        **names,
        f"output/{PROJECT}/Tea_video.mp4": "Tea_video.mp4",
    }
    assert (videos[0]["frame_rate_numerator"], videos[0]["frame_rate_denominator"]) == (30_000, 1001)
    assert [video["audio_codec"] for video in videos] == ["aac"] * 4
    for row in (project, *scenes, *videos, *database.rows("SELECT * FROM visual_suggestions")):
        assert UUID(row["id"]).version == 4


async def test_b47_columns_hold_what_their_types_say(database: Database):
    await database.record(delivered(film()))
    for table in ("projects", "scenes", "visual_suggestions", "videos", "message_log"):
        for column in database.rows(f"PRAGMA table_info({table})"):
            (kind,) = database.rows(f"SELECT group_concat(DISTINCT typeof({column['name']})) AS found FROM {table}")  # noqa: S608
            allowed = {"TEXT": "text", "INTEGER": "integer", "BOOLEAN": "integer", "REAL": "real", "BLOB": "blob"}
            assert set(kind["found"].split(",")) <= {allowed[column["type"]], "null"}, column["name"]


async def test_b08_the_project_is_there_before_its_script(database: Database):
    await database.record(delivered(film()[:1]))
    assert database.row("SELECT name, current_step, status FROM projects") == {
        "name": "Tea",
        "current_step": "script-generation",
        "status": "active",
    }


async def test_an_order_without_project_gets_the_id_that_the_script_service_derives(database: Database):
    order = raw_message("script.requested", b'{"topic": "Tea"}', sequence=17)
    await database.record([order])
    assert database.row("SELECT id FROM projects")["id"] == str(derive_project_id(17, order.published_at_ns))


async def test_b09_a_script_with_a_scene_number_twice_makes_no_scene(database: Database):
    body = scripted(PROJECT, 3).model_dump_json().replace('"scene_number":3', '"scene_number":2')
    await database.record([raw_message("scenes.scripted", body.encode())])
    assert database.rows("SELECT * FROM scenes") == []
    logged = database.row("SELECT valid, problem, body FROM message_log")
    assert not logged["valid"]
    assert "numbered from 1 to 3" in logged["problem"]
    assert logged["body"] == body


async def test_what_is_no_text_is_kept_byte_for_byte(database: Database):
    await database.record([raw_message("script.requested", b"\xff\x00\xfe", headers={"Nats-Msg-Id": "bytes"})])
    logged = database.row("SELECT valid, body, raw_body, headers FROM message_log")
    assert logged == {"valid": 0, "body": None, "raw_body": b"\xff\x00\xfe", "headers": '{"Nats-Msg-Id":"bytes"}'}


async def test_an_unintelligible_message_does_not_hold_up_the_others(database: Database):
    await database.record([raw_message("audio.rendered", b"{", sequence=99), *delivered(film())])
    assert database.row("SELECT status FROM projects")["status"] == "complete"
    assert database.row("SELECT count(*) AS n FROM message_log WHERE NOT valid")["n"] == 1


@pytest.mark.parametrize("poison", ["too_large", "foreign_scene_id"])
async def test_a_message_that_no_row_can_hold_is_kept_and_left_out(poison: str, database: Database):
    messages = film()
    if poison == "too_large":
        size = messages[-1].video.model_copy(update={"size": 10**30})  # type: ignore[union-attr]
        messages[-1] = messages[-1].model_copy(update={"video": size})
    else:
        await database.record(delivered([scripted(OTHER, 1)], first=100))
        taken = UUID(database.row("SELECT id FROM scenes")["id"])
        scenes = tuple(scene.model_copy(update={"id": taken}) for scene in messages[1].scenes)  # type: ignore[union-attr]
        messages[1] = messages[1].model_copy(update={"scenes": scenes})
    with capture_logs() as logs:
        await database.record(delivered(messages))
    assert [entry["message_id"] for entry in logs if entry["event"] == "message_not_projected"]
    flagged = database.row("SELECT subject, problem FROM message_log WHERE NOT valid")
    assert flagged["subject"] == {"too_large": "video.assembled", "foreign_scene_id": "scenes.scripted"}[poison]
    assert "cannot be projected" in flagged["problem"]
    assert database.row("SELECT count(*) AS n FROM scenes WHERE project_id = ?", str(PROJECT))["n"] == 3
    await database.record(delivered(messages))
    assert database.row("SELECT count(*) AS n FROM message_log WHERE NOT valid")["n"] == 1


async def test_a_nul_inside_a_string_reaches_no_column(database: Database):
    order = raw_message("script.requested", rb'{"topic": "a\u0000b"}')
    await database.record([order])
    assert database.row("SELECT name FROM projects")["name"] == "ab"


async def test_a_sequence_that_a_restored_server_gives_again_swallows_nothing(database: Database):
    await database.record(delivered(film(scene_count=1)))
    await database.record(delivered(film(OTHER, 1)))
    assert database.row("SELECT count(*) AS n, count(DISTINCT sequence) AS s FROM message_log") == {"n": 14, "s": 7}
    assert database.row("SELECT count(*) AS n FROM projects WHERE status = 'complete'")["n"] == 2


async def test_row_51_b10_the_same_message_published_again_counts_once(database: Database):
    await database.record(delivered(film()))
    before = database.projections()
    await database.record(delivered(film(), first=500))
    assert database.projections() == before
    assert database.row("SELECT count(*) AS n, max(sequence) AS last FROM message_log") == {"n": 15, "last": 15}


async def test_another_message_under_the_same_id_is_kept_too(database: Database):
    first = raw_message("script.requested", b'{"topic": "Tea"}', sequence=1, headers={"Nats-Msg-Id": "1"})
    second = raw_message("script.requested", b'{"topic": "Coffee"}', sequence=2, headers={"Nats-Msg-Id": "1"})
    for _ in range(2):
        await database.record([first, second])
    assert [row["name"] for row in database.rows("SELECT name FROM projects ORDER BY name")] == ["Coffee", "Tea"]
    assert [row["message_id"] for row in database.rows("SELECT message_id FROM message_log ORDER BY sequence")] == [
        "1",
        f"PIPELINE:2:{second.published_at_ns}",
    ]


async def test_b30_a_project_that_somebody_deleted_comes_back_whole(database: Database):
    await database.record(delivered(film()[:-1]))
    with closing(sqlite3.connect(database.path, isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("DELETE FROM projects")
        assert connection.execute("SELECT count(*) FROM visual_suggestions").fetchone() == (0,)
    await database.record(delivered(film()))
    assert database.row("SELECT count(*) AS n FROM scenes WHERE audio_file_path IS NOT NULL")["n"] == 3


async def test_a_deleted_project_has_no_rows_whatever_arrives_late(database: Database):
    story = [*film(revision=1), deleted()]
    await database.record(delivered([*film(), *film(OTHER)]), delivered(story[:-3], first=50))
    clips = database.rows("SELECT * FROM videos WHERE path LIKE 'content/%' ORDER BY path")
    await database.record(delivered(story[-1:], first=90))
    kept = database.projections()
    assert {row["id"] for row in kept["projects"]} == {str(OTHER)}
    assert {row["project_id"] for row in kept["scenes"] + kept["assembly_jobs"]} == {str(OTHER)}
    scenes = {row["id"] for row in kept["scenes"]}
    assert {row["scene_id"] for row in kept["visual_suggestions"] + kept["footage"]} == scenes
    assert [row["path"] for row in kept["videos"] if row["path"].startswith("output/")] == [
        f"output/{OTHER}/Tea_video.mp4"
    ]
    assert [row for row in sorted(kept["videos"], key=lambda row: row["path"]) if row in clips] == clips
    assert database.rows("SELECT * FROM videos_fts('tea')") == database.rows("SELECT * FROM videos_fts('video')")
    await database.record(delivered(story[-3:-1], first=95))
    del kept["work"]  # the work is done, whatever becomes of its result: its rows stay with the messages
    assert database.projections().items() >= kept.items()
    assert database.row("SELECT count(*) AS n FROM message_log WHERE project_id = ?", str(PROJECT))["n"] == 31
    gone = database.rows("SELECT * FROM audit_log WHERE operation = 'DELETE' AND entity_id = ?", str(PROJECT))
    assert [json.loads(row["context"])["subject"] for row in gone] == ["project.deleted"]
    assert database.audit_faults() == []


async def test_a_clip_that_two_projects_use_is_one_video(database: Database):
    shared = [footage(project, 1, 1, "shared") for project in (PROJECT, OTHER)]
    await database.record(delivered(shared[1:], first=20))
    await database.record(delivered(shared[:1], first=10))
    video = database.row("SELECT created_at, updated_at FROM videos")
    assert video == {"created_at": "2026-11-21T12:00:00.100Z", "updated_at": "2026-11-21T12:00:00.200Z"}


def test_b30_an_orphan_is_refused(database: Database):
    engine = writing_engine(database.url)
    with pytest.raises(IntegrityError, match="FOREIGN KEY constraint failed"), transaction(engine) as connection:
        connection.exec_driver_sql(
            "INSERT INTO scenes (id, project_id, scene_number, text) VALUES ('a', 'nobody', 1, 'Text')"
        )
    engine.dispose()


async def test_b28_b33_a_full_disk_leaves_nothing_of_the_batch(database: Database):
    engine = writing_engine(database.url)
    pages = database.row("PRAGMA page_count")["page_count"]
    allowed = {"pages": pages + 4}

    def limit(connection: object) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count={allowed['pages']}")  # type: ignore[attr-defined]

    event.listen(engine, "begin", limit)
    repository = Repository(engine)
    stage = RecorderStage(repository)
    await stage.record(delivered(film()[:1]))
    with pytest.raises(TransientError, match="is on a full disk") as caught:
        await stage.record(delivered(film()))
    assert caught.value.code == FailureCode.DATABASE_UNAVAILABLE
    assert database.row("SELECT count(*) AS n FROM message_log")["n"] == 1
    assert database.rows("SELECT * FROM scenes") == []
    allowed["pages"] = 10_000
    await stage.record(delivered(film()))
    assert database.row("SELECT status FROM projects")["status"] == "complete"
    repository.close()


async def test_a_locked_database_is_an_error_that_passes(database: Database):
    repository = Repository(writing_engine(database.url, lock_timeout=timedelta(0)))
    stage = RecorderStage(repository)
    with closing(sqlite3.connect(database.path, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(TransientError, match="is locked by another program") as caught:
            await stage.record(delivered(film()))
        assert str(database.path) in str(caught.value)
        holder.execute("ROLLBACK")
    await stage.record(delivered(film()))
    repository.close()
    assert database.row("SELECT status FROM projects")["status"] == "complete"


async def test_a39_readers_go_on_while_a_batch_is_written_and_see_it_whole(database: Database):
    await database.record(delivered(film()[:3]))
    repository = Repository(writing_engine(database.url))
    reader = reading_engine(database.url, lock_timeout=timedelta(0))
    with repository.unit_of_work() as work:
        work.append([read(message) for message in delivered(film())[3:]])
        async with snapshot(reader) as connection:
            assert (await connection.exec_driver_sql("SELECT count(*) FROM message_log")).scalar() == 3
    repository.close()
    async with snapshot(reader) as connection:
        assert (await connection.exec_driver_sql("SELECT count(*) FROM message_log")).scalar() == 15
    await reader.dispose()


async def test_a_reader_cannot_write(database: Database):
    reader = reading_engine(database.url)
    with pytest.raises(PipelineError, match="is read-only"):
        async with snapshot(reader) as connection:
            await connection.exec_driver_sql("DELETE FROM message_log")
    await reader.dispose()


async def test_a33_the_event_loop_goes_on_while_the_database_is_slow(database: Database):
    repository = Repository(writing_engine(database.url))
    with closing(sqlite3.connect(database.path, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        recording = asyncio.create_task(RecorderStage(repository).record(delivered(film())))
        for _ in range(100):
            await asyncio.sleep(0)
        assert not recording.done()
        holder.execute("ROLLBACK")
    await recording
    repository.close()
    assert database.row("SELECT status FROM projects")["status"] == "complete"


async def test_many_projects_in_one_batch(database: Database):
    messages = [message for _ in range(40) for message in film(uuid4(), 2)]
    await database.record(delivered(messages))
    assert database.row("SELECT count(*) AS n FROM projects WHERE status = 'complete'")["n"] == 40
    assert database.row("SELECT count(*) AS n FROM scenes WHERE selected_clip_id IS NOT NULL")["n"] == 80


async def test_b40_a_batch_is_one_commit_and_a_message_alone_a_handful_of_statements(database: Database):
    said: list[str] = []
    engine = writing_engine(database.url)
    event.listen(engine, "connect", lambda connection, _: connection.set_trace_callback(said.append))
    repository = Repository(engine)
    stage = RecorderStage(repository)
    await stage.record([])
    messages = delivered(film(uuid4(), 25))
    said.clear()
    for message in messages:
        await stage.record([message])
    assert said.count("COMMIT") == len(messages)
    assert len(said) < 27 * len(messages)
    said.clear()
    await stage.record(delivered(film(uuid4(), 25)))
    assert said.count("COMMIT") == 1
    assert sum(statement.startswith("SELECT") for statement in said) < 15
    repository.close()
