"""Encoded segments are examined before they are stored."""

from dataclasses import replace
from pathlib import Path

import pytest

from scenewire.errors import FailureCode, PermanentError
from scenewire.ffmpeg.opening import open_executor
from scenewire.probe import probe
from scenewire_assembly.captions.fonts import Fonts
from scenewire_assembly.ffmpeg_job import FfmpegJob
from scenewire_assembly.picture.encoder import Encoder
from scenewire_assembly.picture.segment import make_segment, plan_segment
from scenewire_assembly.picture.segment_check import check_segment
from scenewire_assembly.progress import no_op
from scenewire_assembly.typefaces.cutting import TYPEFACES_DIR
from tests.support.media import make_clip
from tests.support.studio import Studio


async def test_a_segment_is_checked_without_starting_a_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    studio = Studio(tmp_path)
    clip = await studio.clip(await make_clip(tmp_path / "clip.mp4"))
    monkeypatch.setattr(probe, "_CHILD", tmp_path / "gone.py")
    rendered = await studio.stages.segments.render(await studio.sourced(clips=[clip]))
    assert rendered.segment.frames == 30


async def test_a_segment_that_is_not_what_was_planned_is_refused_with_all_differences(tmp_path: Path):
    studio = Studio(tmp_path)
    folder = tmp_path / "job"
    folder.mkdir()
    job = FfmpegJob(await open_executor(), folder, Fonts().prepare(folder, "en"))
    plan = await plan_segment(job, await studio.sourced(), Encoder(preset="ultrafast"), TYPEFACES_DIR)
    segment, parameters = await make_segment(job, plan.picture, [], no_op)
    assert await check_segment(segment, plan.picture) == parameters
    longer = replace(plan.picture, look=plan.picture.look.model_copy(update={"width": 640}), frames=31)
    with pytest.raises(PermanentError, match=r"frames 30 instead of 31, size \(320, 180\) instead of \(640, 180\)"):
        await check_segment(segment, longer)
    segment.write_bytes(b"")
    with pytest.raises(PermanentError, match=r"segment\.mp4 is refused") as failure:
        await check_segment(segment, plan.picture)
    assert failure.value.code == FailureCode.OUTPUT_INVALID
