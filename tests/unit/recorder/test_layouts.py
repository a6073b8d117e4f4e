"""Rows in the layout of the web application, message by message, in its own database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from scenewire.database.engine import writing_engine
from scenewire.database.revision import upgrade
from scenewire.record.queries import opened
from scenewire_recorder.maintenance.rebuild import rows_from_log
from scenewire_recorder.projection.path_layouts import Layout
from scenewire_recorder.repository import Repository
from scenewire_recorder.stage import RecorderStage
from tests.support.builders import PROJECT
from tests.support.web_application import (
    LIST_SCENES,
    create_web_database,
    export,
    narration_file,
    pipeline_status,
    rows,
)
from tests.unit.recorder.story import content_key, delivered, film


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    path = tmp_path / "ai-video-generator.db"
    create_web_database(path)
    await upgrade(f"sqlite:///{path}")
    return path


@asynccontextmanager
async def recorder(path: Path, layout: Layout) -> AsyncIterator[tuple[RecorderStage, Repository]]:
    repository = Repository(writing_engine(f"sqlite:///{path}"))
    try:
        yield RecorderStage(repository, layout=layout), repository
    finally:
        repository.close()


async def test_b45_the_web_application_sees_every_stage_and_never_less_than_before(path: Path):
    seen = []
    async with recorder(path, "webapp") as (stage, _):
        for message in delivered(film(scene_count=3)):
            await stage.record([message])
            seen.append((message.subject.partition(".")[0], *pipeline_status(path, str(PROJECT))))
    assert [stage for _, stage, _ in seen] == [
        "script",
        *["voiceover"] * 4,
        *["visuals"] * 3,
        *["assembly"] * 6,
        "complete",
    ]
    percents = [percent for _, _, percent in seen]
    assert percents == sorted(percents)
    assert percents[-1] == 100
    assert 75 < percents[-2] <= 100


async def test_b43_b44_paths_are_where_the_web_application_looks(path: Path, tmp_path: Path):
    async with recorder(path, "webapp") as (stage, _):
        *made, finished = delivered(film())
        await stage.record(made)
        assert export(path, tmp_path, str(PROJECT)) == (400, {"code": "FILE_NOT_FOUND"})
        narration = tmp_path / f".cache/audio/projects/{PROJECT}/scene-2.mp3"
        assert narration_file(path, tmp_path, str(PROJECT), 2) == narration
        await stage.record([finished])
    status, answer = export(path, tmp_path, str(PROJECT))
    assert (status, answer["video_path"]) == (200, f"/videos/{PROJECT}/final.mp4")
    assert answer["thumbnail_path"] == f"/videos/{PROJECT}/thumbnail.jpg"
    assert (answer["duration"], answer["file_size"], answer["scene_count"]) == (6.0, 1000, 3)


async def test_b32_a_clip_that_a_scene_shows_has_a_path_in_the_web_applications_folder(path: Path):
    async with recorder(path, "webapp") as (stage, _):
        for message in delivered(film()):  # one at a time: rows on record are read and written again
            await stage.record([message])
    names = {f"s{number}r0": Path(content_key(f"s{number}r0")).name for number in (1, 2, 3)}
    shown = rows(path, "SELECT video_id, default_segment_path FROM visual_suggestions WHERE video_id != 'other'")
    assert {row["video_id"]: row["default_segment_path"] for row in shown} == {
        source_id: f".cache/videos/projects/{PROJECT}/{name}" for source_id, name in names.items()
    }


async def test_another_layout_is_a_rebuild_away(path: Path, tmp_path: Path):
    async with recorder(path, "plain") as (stage, repository):
        await stage.record(delivered(film()))
        assert narration_file(path, tmp_path, str(PROJECT), 1) is None
        plain = rows(path, LIST_SCENES, str(PROJECT))
        async with opened(f"sqlite:///{path}") as record:
            assert (await rows_from_log(record, repository, layout="webapp")).mended == 1
            assert narration_file(path, tmp_path, str(PROJECT), 1) is not None
            await rows_from_log(record, repository, layout="plain")
    assert rows(path, LIST_SCENES, str(PROJECT)) == plain
