from functools import partial

import pytest

from scenewire.artifacts.opening import open_store
from scenewire.errors import PermanentError
from scenewire.ffmpeg.opening import open_executor
from scenewire_assembly.ffmpeg_job import FfmpegOnDemand
from scenewire_assembly.settings import AssemblySettings
from tests.support import builders
from tests.support.assembly import assembly_stages, open_no_ffmpeg
from tests.support.builders import artifact, footage_sourced, segment_rendered


@pytest.fixture
def stages(tmp_path):
    return assembly_stages(open_store((tmp_path / "store").as_uri()), open_ffmpeg=open_no_ffmpeg)


async def test_b14_a_missing_narration_is_found_before_anything_is_encoded(stages):
    with pytest.raises(PermanentError, match="scene 2: ") as failure:
        await stages.segments.render(footage_sourced(number=2))
    assert failure.value.code == "artifact_missing"


async def test_unusable_music_of_an_order_is_found_with_the_first_scene_before_anything_is_encoded(stages):
    music = {"file": artifact("m", "audio/mpeg").model_dump()}
    first = footage_sourced(number=1)
    options = builders.options(music=music)
    first = first.model_copy(update={"brief": first.brief.model_copy(update={"options": options})})
    with pytest.raises(PermanentError) as failure:
        await stages.segments.check_order(first)
    assert failure.value.code == "artifact_missing"
    second = first.model_copy(update={"scene": builders.scene(2)})
    await stages.segments.check_order(second)


async def test_a_missing_segment_names_its_scene(stages):
    with pytest.raises(PermanentError, match="scene 1: ") as failure:
        await stages.videos.assemble([segment_rendered(number=1, scene_count=1)])
    assert failure.value.code == "artifact_missing"


async def test_a_video_is_not_made_without_all_its_scenes(stages):
    first = segment_rendered(number=1, scene_count=3)
    with pytest.raises(PermanentError, match="missing scenes: 2, 3"):
        await stages.videos.assemble([first])
    with pytest.raises(PermanentError, match="missing scenes: 1"):
        await stages.videos.assemble([])


async def test_a_host_without_ffmpeg_fails_at_startup(tmp_path):
    ffmpeg = FfmpegOnDemand(partial(open_executor, tmp_path / "ffmpeg"))
    with pytest.raises(PermanentError) as failure:
        await ffmpeg.prepare()
    assert failure.value.code == "program_missing"


def test_a34_settings_are_read_from_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("ARTIFACTS_URL", tmp_path.as_uri())
    monkeypatch.setenv("ASSEMBLY_LOOPS", "3")
    monkeypatch.setenv("ASSEMBLY_PRESET", "medium")
    monkeypatch.setenv("ASSEMBLY_FFMPEG_TIMEOUT", "90")
    monkeypatch.setenv("RECORD_DIR", str(tmp_path))
    settings = AssemblySettings()
    assert (settings.ffmpeg_timeout.total_seconds(), settings.record_dir) == (90, tmp_path)
    assert (settings.loops, settings.preset, settings.crf, settings.threads) == (3, "medium", 21, 1)
