"""Rows dropped, scrambled or left alone: what the log says of them is what comes back."""

import sqlite3
from contextlib import closing
from uuid import UUID

import pytest

from scenewire.database.condition import examine
from scenewire.database.engine import writing_engine
from scenewire.messages import derive_project_id
from scenewire.record.queries import opened
from scenewire_recorder.maintenance.rebuild import Rebuilt, Stored, rows_from_log
from scenewire_recorder.repository import Repository
from tests.unit.recorder.story import NOON_NS, Database, delivered, film, raw_message
from tests.unit.recorder.test_recording import OTHER, everything


async def rebuild(database: Database) -> Rebuilt:
    repository = Repository(writing_engine(database.url))
    try:
        async with opened(database.url) as record:
            return await rows_from_log(record, repository)
    finally:
        repository.close()


def execute(database: Database, *statements: str) -> None:
    with closing(sqlite3.connect(database.path, isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys=ON")
        for statement in statements:
            connection.execute(statement)


async def test_rows_that_were_dropped_come_back_as_they_were(database: Database):
    await database.record(everything())
    before = database.projections()
    execute(database, "DELETE FROM projects", "DELETE FROM videos")
    assert database.projections().values() != before.values()
    assert await rebuild(database) == Rebuilt(projects=3, mended=2)
    assert database.projections() == before


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE projects SET name = 'x', current_step = 'topic', status = NULL, video_path = 'x', total_duration = 1",
        "UPDATE scenes SET text = 'x', duration = NULL, selected_clip_id = 'x', audio_file_path = '/x'",
        "DELETE FROM scenes WHERE scene_number = 1",
        "INSERT INTO scenes (id, project_id, scene_number, text) SELECT id || 'x', id, 9, 'x' FROM projects",
        "UPDATE visual_suggestions SET title = 'x', rank = 9",
        "DELETE FROM visual_suggestions WHERE rank = 1",
        "INSERT INTO visual_suggestions (id, scene_id, video_id, title, embed_url, rank) SELECT id || 'x', id, 'x', 'x', '', 9 FROM scenes",
        "UPDATE footage SET title = 'x', state = 'considered', path = NULL",
        "DELETE FROM footage WHERE state = 'used'",
        "UPDATE videos SET width = 1, duration_frames = 1",
        "UPDATE assembly_jobs SET progress = 1, status = 'pending', completed_at = 'x'",
        "DELETE FROM assembly_jobs",
    ],
)
async def test_rows_that_were_changed_are_what_the_log_says(change: str, database: Database):
    await database.record(everything())
    before = database.projections()
    execute(database, change)
    await rebuild(database)
    assert database.projections() == before


async def test_a14_a15_an_index_that_drifted_is_made_anew(database: Database):
    await database.record(delivered(film()))
    trigger = database.row("SELECT sql FROM sqlite_master WHERE name = 'videos_fts_delete'")["sql"]
    execute(database, "DROP TRIGGER videos_fts_delete", "DELETE FROM videos WHERE filename LIKE 's1%'", trigger)
    assert (await examine(database.url)).problems == (
        "the full-text index differs from the videos; `scenewire rebuild` repairs it",
    )
    assert (await rebuild(database)).index
    assert (await examine(database.url)).problems == ()
    assert database.row("SELECT count(*) AS n FROM videos_fts WHERE videos_fts MATCH 's1r0'")["n"] == 1


async def test_a_record_that_is_in_order_stays_as_it_is(database: Database):
    await database.record(everything())
    before = database.path.read_bytes()
    assert await rebuild(database) == Rebuilt(projects=3, mended=0)
    assert database.path.read_bytes() == before


async def test_what_other_applications_keep_in_our_tables_stays(database: Database):
    await database.record(delivered(film()))
    execute(
        database,
        "UPDATE projects SET niche = 'theirs', rag_config = 'theirs', name = 'x'",
        "UPDATE scenes SET sanitized_text = 'theirs'",
        "INSERT INTO projects (id, name) VALUES ('theirs', 'theirs')",
        "INSERT INTO scenes (id, project_id, scene_number, text) VALUES ('theirs', 'theirs', 1, 'theirs')",
    )
    assert await rebuild(database) == Rebuilt(projects=1, mended=1)
    assert database.row("SELECT name, niche, rag_config FROM projects WHERE id != 'theirs'") == {
        "name": "Tea",
        "niche": "theirs",
        "rag_config": "theirs",
    }
    assert database.row("SELECT count(*) AS n FROM scenes WHERE sanitized_text = 'theirs'")["n"] == 3
    assert database.row("SELECT text FROM scenes WHERE project_id = 'theirs'")["text"] == "theirs"


async def logged(database: Database) -> list[Stored]:
    return [Stored.from_log(row) for row in database.rows("SELECT * FROM message_log ORDER BY sequence")]


async def test_a_message_goes_back_as_it_came(database: Database):
    messages = delivered(film(OTHER, 1))
    await database.record(messages)
    assert [(stored.subject, stored.body, stored.headers) for stored in await logged(database)] == [
        (message.subject, message.body, message.headers) for message in messages
    ]


async def test_headers_that_the_server_understood_stay_behind(database: Database):
    headers = {"Nats-Msg-Id": "mine", "Nats-Expected-Stream": "PIPELINE", "traceparent": "00-1"}
    body = b'{"topic": "Tea", "project_id": "22222222-2222-4222-8222-222222222222"}'
    await database.record([raw_message("script.requested", body, headers=headers)])
    (stored,) = await logged(database)
    assert stored.headers == {"Nats-Msg-Id": "mine", "traceparent": "00-1", "correlation_id": str(OTHER)}


async def test_an_order_typed_by_hand_goes_back_with_the_id_that_its_project_got(database: Database):
    order = raw_message("script.requested", b'{"schema_version": 2, "topic": "Tea", "more": 1}', sequence=17)
    named = raw_message("script.requested", b'{"topic": "Tea"}', sequence=18, headers={"Nats-Msg-Id": "1"})
    await database.record([order, named])
    for sequence, stored in zip((17, 18), await logged(database), strict=True):
        project_id = derive_project_id(sequence, NOON_NS + sequence * 10_000_000)
        assert f'"project_id": "{project_id}"'.encode() in stored.body
        assert stored.headers["Nats-Msg-Id"] == f"{project_id}:script.requested"
        assert stored.headers["correlation_id"] == str(project_id)
    assert b'"more": 1' in (await logged(database))[0].body


async def test_a_message_whose_id_another_one_had_goes_back_under_its_natural_id(database: Database):
    orders = [
        raw_message(
            "script.requested",
            f'{{"topic": "Tea", "project_id": "{project_id}"}}'.encode(),
            sequence=sequence,
            headers={"Nats-Msg-Id": "1"},
        )
        for sequence, project_id in enumerate((UUID(int=1), OTHER), start=1)
    ]
    await database.record(orders)
    assert [stored.message_id for stored in await logged(database)] == ["1", f"{OTHER}:script.requested"]
