import asyncio
import json
import random
import sqlite3
import tempfile
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenewire.database.engine import writing_engine
from scenewire_recorder.repository import Repository
from scenewire_recorder.stage import RecorderStage
from tests.support.builders import PROJECT
from tests.unit.recorder.story import ENTITIES, Database, delivered, film
from tests.unit.recorder.test_recording import everything


def entries(database: Database, entity_type: str) -> list[tuple[str, dict[str, object], str]]:
    """Operation, changes and subject of what was audited of rows of a kind, in order."""
    return [
        (row["operation"], json.loads(row["changes_json"] or "{}"), json.loads(row["context"])["subject"])
        for row in database.rows("SELECT * FROM audit_log WHERE entity_type = ? ORDER BY sequence", entity_type)
    ]


@settings(max_examples=25)
@given(randomly=st.randoms(use_true_random=False), batches=st.integers(1, 12))
def test_a23_in_any_order_every_change_of_every_table_is_audited_once(
    randomly: random.Random, batches: int, empty_database: Database
):
    messages = everything()
    messages += randomly.choices(messages, k=len(messages) // 2)
    randomly.shuffle(messages)
    cuts = sorted(randomly.choices(range(len(messages) + 1), k=batches - 1))
    with tempfile.TemporaryDirectory() as folder:
        database = empty_database.copied_to(Path(folder) / "record.db")
        asyncio.run(database.record(*(messages[a:b] for a, b in pairwise([0, *cuts, len(messages)]))))
        assert database.audit_faults() == []
        kinds = database.rows("SELECT DISTINCT entity_type FROM audit_log")
        assert {row["entity_type"] for row in kinds} == set(ENTITIES)


async def test_a23_a_change_names_the_message_that_made_it(database: Database):
    await database.record(*([message] for message in delivered(film(scene_count=1))))
    assert [subject for _, _, subject in entries(database, "project")] == [
        "script.requested",
        "scenes.scripted",
        "narration.requested",
        "audio.rendered",
        "footage.sourced",
        f"segment.rendered.{PROJECT}.1",
        "video.assembled",
    ]
    assert [(operation, subject) for operation, _, subject in entries(database, "video")] == [
        ("INSERT", "footage.sourced"),
        ("INSERT", "video.assembled"),
    ]
    context = database.row("SELECT context FROM audit_log WHERE entity_type = 'video' ORDER BY sequence LIMIT 1")[
        "context"
    ]
    assert json.loads(context) == {
        "correlation_id": str(PROJECT),
        "subject": "footage.sourced",
        "stream": "PIPELINE",
        "sequence": 5,
    }


async def test_a23_of_a_whole_film_in_one_batch_each_row_names_its_own_message(database: Database):
    await database.record(delivered(film()))
    rows = database.rows("SELECT entity_type, entity_id, operation, context FROM audit_log ORDER BY sequence")
    assert {row["operation"] for row in rows} == {"INSERT"}
    sequences = {row["entity_id"]: json.loads(row["context"])["sequence"] for row in rows}
    scenes = database.rows("SELECT id, scene_number FROM scenes ORDER BY scene_number")
    assert [sequences[scene["id"]] for scene in scenes] == [12, 13, 14]
    for scene in scenes:
        suggestions = database.rows("SELECT id FROM visual_suggestions WHERE scene_id = ?", scene["id"])
        assert {sequences[row["id"]] for row in suggestions} == {8 + scene["scene_number"]}


async def test_a23_an_update_says_what_was_and_what_is(database: Database):
    await database.record(*([message] for message in delivered(film(scene_count=1))))
    audio = next(changes for _, changes, subject in entries(database, "scene") if subject == "audio.rendered")
    assert audio == {
        "audio_file_path": {"old": None, "new": "content/00/a"},
        "duration": {"old": None, "new": 2.0},
        "updated_at": {"old": "2026-11-21T12:00:00.030Z", "new": "2026-11-21T12:00:00.040Z"},
    }


async def test_a23_what_changes_no_row_is_not_audited(database: Database):
    await database.record(delivered(film()))
    before = database.rows("SELECT * FROM audit_log ORDER BY sequence")
    await database.record(delivered(film()), delivered(film(), first=500))
    assert database.rows("SELECT * FROM audit_log ORDER BY sequence") == before


async def test_a23_rows_that_go_are_audited_one_by_one_with_all_that_they_held(database: Database):
    await database.record(delivered(film(scene_count=3)))
    gone = database.row("SELECT * FROM scenes WHERE scene_number = 3")
    children = database.rows("SELECT id FROM visual_suggestions WHERE scene_id = ?", gone["id"])
    await database.record(delivered(film(scene_count=2, revision=1), first=100))
    deleted = database.rows("SELECT * FROM audit_log WHERE operation = 'DELETE' ORDER BY sequence")
    assert {row["entity_id"] for row in deleted} >= {gone["id"], *(child["id"] for child in children)}
    lost = next(json.loads(row["changes_json"]) for row in deleted if row["entity_id"] == gone["id"])
    assert lost["text"] == {"old": gone["text"], "new": None}
    assert database.audit_faults() == []


async def test_a23_a_batch_that_fails_leaves_no_audit(database: Database, monkeypatch: pytest.MonkeyPatch):
    repository = Repository(writing_engine(database.url))

    def fail(*_: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr("scenewire_recorder.repository._Writer.finish", fail)
        with pytest.raises(RuntimeError):
            await RecorderStage(repository).record(delivered(film()))
    assert database.rows("SELECT * FROM audit_log") == []
    assert database.rows("SELECT * FROM projects") == []
    await RecorderStage(repository).record(delivered(film()))
    repository.close()
    assert database.audit_faults() == []


async def test_a24_ids_are_of_version_4_and_the_sequence_only_grows(database: Database):
    await database.record(*([message] for message in everything()))
    rows = database.rows("SELECT id, sequence, timestamp FROM audit_log ORDER BY sequence")
    assert all(UUID(row["id"]).version == 4 for row in rows)
    assert len({row["id"] for row in rows}) == len(rows) > 50
    assert [row["timestamp"] for row in rows] == sorted(row["timestamp"] for row in rows)


@pytest.mark.parametrize(
    "tampering",
    [
        "DELETE FROM audit_log WHERE sequence = 3",
        "UPDATE projects SET current_step = 'topic'",
        "DELETE FROM assembly_jobs",
        "UPDATE audit_log SET operation = 'INSERT'",
        "INSERT INTO audit_log (id, timestamp, operation, entity_type, entity_id) VALUES ('x', '', 'DELETE', 'scene', 'x')",
    ],
)
async def test_whoever_tampers_with_rows_or_log_is_found_out(tampering: str, database: Database):
    await database.record(*([message] for message in everything()))
    with closing(sqlite3.connect(database.path, isolation_level=None)) as connection:
        connection.execute(tampering)
    assert database.audit_faults() != []
