"""A film in the web application's own database, read by that application's own queries with sqlite3 alone."""

import asyncio
import re
from dataclasses import dataclass
from pathlib import Path

import av
import pytest

from scenewire.probe.probe import probe_media
from tests.support.media import make_clip
from tests.support.product import SMALL, run
from tests.support.web_application import (
    LIST_PROJECTS,
    LIST_SCENES,
    create_web_database,
    export,
    narration_file,
    pipeline_status,
    rows,
)

TEXT = "# Tea\n\nTea is a drink. It is made of leaves.\n\nGreen tea is steamed.\n"


@dataclass(frozen=True)
class Site:
    """The web application's folder with a film in it."""

    root: Path
    artifacts: Path
    project_id: str

    @property
    def database(self) -> Path:
        return self.root / "ai-video-generator.db"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder = tmp_path_factory.mktemp("site")
    (folder / "web").mkdir()
    (folder / "tea.txt").write_text(TEXT)
    create_web_database(folder / "web" / "ai-video-generator.db")
    arguments = ("make", "--script", str(folder / "tea.txt"), "--size", SMALL, "--no-closing", "--json")
    asyncio.run(make_clip(folder / "library" / "tea leaves.mp4", seconds=3, size="160x90", sound=True))
    where = {"WEBAPP_DIR": str(folder / "web"), "LIBRARY_DIR": str(folder / "library")}
    made = asyncio.run(run(*arguments, data=folder / "data", cwd=folder, **where))
    assert made.returncode == 0, made.err
    return Site(folder / "web", folder / "data" / "artifacts", made.result["project_id"])


def test_b29_b41_the_web_application_lists_the_video_before_its_own_older_projects(site: Site):
    film, own = rows(site.database, LIST_PROJECTS)
    assert (film["id"], film["name"], film["topic"], film["current_step"]) == (site.project_id, "Tea", "Tea", "export")
    assert own["name"] == "Made in the browser"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", film["last_active"])
    assert film["created_at"] < film["last_active"]
    (project,) = rows(site.database, "SELECT * FROM projects WHERE id = ?", site.project_id)
    assert (project["script_generated"], project["voice_selected"], project["visuals_generated"]) == (1, 1, 1)
    assert (project["status"], project["cleanup_status"]) == ("complete", "pending")


def test_b42_the_web_application_lists_the_scenes_in_order_with_text_narration_and_length(site: Site):
    scenes = rows(site.database, LIST_SCENES, site.project_id)
    assert [scene["scene_number"] for scene in scenes] == list(range(1, len(scenes) + 1))
    assert scenes[0]["text"].startswith("Tea is a drink.")
    for scene in scenes:
        assert scene["duration"] > 0.5
        assert scene["audio_file_path"]


async def test_b43_the_web_application_exports_the_video(site: Site):
    status, answer = export(site.database, site.root, site.project_id)
    assert status == 200
    video = site.root / f"public{answer['video_path']}"
    assert answer["video_path"] == f"/videos/{site.project_id}/final.mp4"
    assert answer["file_size"] == video.stat().st_size
    assert (site.root / f"public{answer['thumbnail_path']}").read_bytes().startswith(b"\xff\xd8")
    assert (answer["title"], answer["scene_count"]) == ("Tea", len(rows(site.database, LIST_SCENES, site.project_id)))
    facts = await probe_media(video)
    assert facts.duration == pytest.approx(answer["duration"], abs=0.1)
    assert export(site.database, site.root, "nobody")[0] == 404
    assert export(site.database, site.root, "99999999-9999-4999-8999-999999999999")[0] == 400


def test_b12_b13_b44_the_web_application_plays_every_narration_as_mp3(site: Site):
    for scene in rows(site.database, LIST_SCENES, site.project_id):
        played = narration_file(site.database, site.root, site.project_id, scene["scene_number"])
        assert played is not None
        with av.open(str(played)) as container:
            sound = container.streams.audio[0]
            samples = sum(frame.samples for frame in container.decode(sound))
            assert (sound.codec.name, sound.rate, sound.channels) == ("mp3float", 44_100, 1)
        assert samples / 44_100 == pytest.approx(scene["duration"], abs=0.05)


def test_b45_the_web_application_shows_the_project_as_finished(site: Site):
    assert pipeline_status(site.database, site.project_id) == ("complete", 100)
    (job,) = rows(site.database, "SELECT * FROM assembly_jobs WHERE project_id = ?", site.project_id)
    assert (job["status"], job["progress"], job["error_message"]) == ("complete", 100, None)


def test_b32_every_recorded_path_leads_to_a_file_in_the_folder(site: Site):
    (project,) = rows(site.database, "SELECT video_path, thumbnail_path FROM projects WHERE id = ?", site.project_id)
    scenes = rows(site.database, LIST_SCENES, site.project_id)
    suggestions = rows(
        site.database, "SELECT default_segment_path FROM visual_suggestions WHERE download_status = 'complete'"
    )
    shown = [suggestion["default_segment_path"] for suggestion in suggestions]
    assert shown
    require_files(site.root, [*project.values(), *shown, *(scene["audio_file_path"] for scene in scenes)])


def test_b32_paths_in_the_tables_of_scenewire_are_keys_of_artifacts(site: Site):
    videos = rows(site.database, "SELECT path, thumbnail_path FROM videos")
    footage = rows(site.database, "SELECT path FROM footage WHERE state = 'used'")
    assert {Path(row["path"]).suffix for row in footage} == {".mp4"}
    paths = [path for row in (*videos, *footage) for path in row.values() if path is not None]
    assert len(videos) == 2
    require_files(site.artifacts, paths)


def require_files(root: Path, paths: list[str]) -> None:
    for path in paths:
        assert not path.startswith("/")
        assert "\\" not in path
        assert (root / path).is_file()


def test_b46_the_web_application_has_a_ranked_chosen_credited_clip_for_a_scene(site: Site):
    chosen = rows(
        site.database,
        "SELECT v.* FROM scenes s JOIN visual_suggestions v ON v.id = s.selected_clip_id WHERE s.project_id = ?",
        site.project_id,
    )
    assert chosen
    for suggestion in chosen:
        assert (suggestion["rank"], suggestion["provider"], suggestion["title"]) == (1, "library", "tea leaves")
        assert (suggestion["duration"], suggestion["download_status"]) == (3, "complete")
        copy = site.root / suggestion["default_segment_path"]
        assert copy.read_bytes() == (site.root.parent / "library" / "tea leaves.mp4").read_bytes()


def test_b54_rows_and_files_of_the_web_application_are_unchanged(site: Site):
    assert rows(site.database, "SELECT content FROM messages") == [{"content": "Make a film about tea"}]
    assert rows(site.database, "SELECT name FROM migrations") == [{"name": "001-initial"}]


async def test_b36_a_web_application_without_database_exits_with_2(tmp_path: Path):
    (tmp_path / "web").mkdir()
    ended = await run("make", "Tea", data=tmp_path / "data", cwd=tmp_path, WEBAPP_DIR=str(tmp_path / "web"))
    assert ended.returncode == 2
    assert str(tmp_path / "web" / "ai-video-generator.db") in ended.err
    assert list((tmp_path / "web").iterdir()) == []
