"""What the prior pipeline's recording was tested for, and what its database promised."""

import sqlite3
import sys
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError

from scenewire.database.engine import reading_engine, snapshot, transaction, writing_engine
from scenewire.messages import ScriptRequested
from scenewire.processes.run import run_program
from scenewire.record.queries import Row
from tests.support.builders import PROJECT
from tests.unit.recorder.story import Database, MemoryDatabase, delivered, failed, film

ROOT = Path(__file__).parents[3]


async def test_b48_a_project_with_valid_parameters(in_memory: MemoryDatabase):
    order = ScriptRequested(project_id=PROJECT, topic="Test Video", target_duration=60)
    await in_memory.record(delivered([order]))
    assert in_memory.row("PRAGMA database_list")["file"] == ""
    project = in_memory.row("SELECT * FROM projects")
    assert UUID(project["id"]).version == 4
    assert (project["name"], project["topic"], project["target_duration"]) == ("Test Video", "Test Video", 60)
    assert (project["current_step"], project["video_path"]) == ("script-generation", None)
    assert project["created_at"] == project["last_active"]


async def test_b48_a_batch_of_scenes(in_memory: MemoryDatabase):
    await in_memory.record(delivered(film(scene_count=25)[:2]))
    scenes = in_memory.rows("SELECT * FROM scenes ORDER BY scene_number")
    assert [scene["scene_number"] for scene in scenes] == list(range(1, 26))
    assert {scene["project_id"] for scene in scenes} == {str(PROJECT)}
    assert len({scene["id"] for scene in scenes}) == 25
    assert {scene["audio_file_path"] for scene in scenes} == {None}


async def test_b48_a_scenes_narration(in_memory: MemoryDatabase):
    await in_memory.record(delivered(film(scene_count=2)[:5]))
    spoken, unspoken = in_memory.rows("SELECT audio_file_path, duration FROM scenes ORDER BY scene_number")
    assert spoken == {"audio_file_path": "content/00/a", "duration": 2.0}
    assert unspoken == {"audio_file_path": None, "duration": None}


async def test_b26_b48_steps_and_last_activity_go_forward_with_every_message(in_memory: MemoryDatabase):
    seen: list[Row] = []
    for message in delivered(film(scene_count=2)):
        await in_memory.record([message])
        seen.append(in_memory.row("SELECT current_step, last_active FROM projects"))
    assert list(dict.fromkeys(row["current_step"] for row in seen)) == [
        "script-generation",
        "voiceover",
        "visual-sourcing",
        "editing",
        "export",
    ]
    assert all(earlier["last_active"] < later["last_active"] for earlier, later in pairwise(seen))


async def test_b24_b48_a_finished_film(in_memory: MemoryDatabase):
    await in_memory.record(delivered(film()))
    project = in_memory.row("SELECT * FROM projects")
    assert (project["current_step"], project["status"]) == ("export", "complete")
    assert project["video_path"] == f"output/{PROJECT}/Tea_video.mp4"
    assert (project["video_total_duration"], project["total_duration"], project["video_file_size"]) == (4.0, 6.0, 1000)


async def test_b34_what_was_recorded_before_a_failure_stays(database: Database):
    await database.record(delivered([*film(scene_count=2)[:6], failed()]))
    assert database.row("SELECT status, current_step, video_path FROM projects") == {
        "status": "error",
        "current_step": "visual-sourcing",
        "video_path": None,
    }
    assert [row["duration"] for row in database.rows("SELECT duration FROM scenes ORDER BY scene_number")] == [2.0, 2.0]
    await database.record(delivered(film(scene_count=2), first=50))
    assert database.row("SELECT status, current_step FROM projects") == {"status": "complete", "current_step": "export"}


def test_b31_a_project_has_each_scene_number_once(database: Database):
    with closing(sqlite3.connect(database.path)) as connection:
        connection.execute("INSERT INTO projects (id, name) VALUES ('p', 'p')")
        insert = "INSERT INTO scenes (id, project_id, scene_number, text) VALUES (?, 'p', 1, 'text')"
        connection.execute(insert, ("a",))
        with pytest.raises(sqlite3.IntegrityError, match=r"UNIQUE.*scenes.project_id, scenes.scene_number"):
            connection.execute(insert, ("b",))


async def test_b28_a_transaction_is_committed_or_rolled_back_and_lets_go(database: Database):
    engine = writing_engine(database.url)
    insert = "INSERT INTO projects (id, name) VALUES ('{}', 'p')"
    with transaction(engine) as connection:
        connection.exec_driver_sql(insert.format("kept"))
    with pytest.raises(IntegrityError), transaction(engine) as connection:  # noqa: PT012 - the first statement succeeds
        connection.exec_driver_sql(insert.format("lost"))
        connection.exec_driver_sql(insert.format("kept"))
    with transaction(engine) as connection:  # the lock is free again
        connection.exec_driver_sql(insert.format("later"))
    engine.dispose()
    reader = reading_engine(database.url)
    async with snapshot(reader) as view:
        found = (await view.exec_driver_sql("SELECT id AS name FROM projects ORDER BY id")).mappings().all()
    await reader.dispose()
    assert [row["name"] for row in found] == ["kept", "later"]


async def test_b52_b53_recording_needs_no_media_no_network_library_and_no_provider():
    code = "import sys, scenewire_recorder.app, scenewire_recorder.api; print(*sys.modules)"
    done = await run_program([sys.executable, "-c", code], cwd=ROOT, timeout=30)
    assert done.returncode == 0, done.stderr
    loaded = {name.partition(".")[0] for name in done.stdout.decode().split()}
    assert "sqlalchemy" in loaded
    assert loaded.isdisjoint({"av", "imageio_ffmpeg", "numpy", "httpx", "httpx2", "mcp", "groq", "espeakng_loader"})
