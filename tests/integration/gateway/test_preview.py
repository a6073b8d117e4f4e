"""Scenes that play before their video is finished: made of real segments and narrations, and measured in the files."""

import asyncio
import os
import time
from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import Segment
from scenewire_gateway.preview import scene_preview
from scenewire_gateway.preview.playable import Playable, read_playable
from scenewire_gateway.preview.playlist import playlist
from scenewire_gateway.preview.remux import MAX_PART_S, remux
from scenewire_gateway.preview.scene_preview import PICTURE_WIDTH, ScenePreview
from tests.support.builders import artifact
from tests.support.media import make_clip, run_ffmpeg
from tests.support.rendered import rendered
from tests.support.studio import LOOK, Studio

LENGTHS = (95, 301, 60, 187, 2, 250, 33, 180, 61, 144)
"""Frames of ten scenes, at 30 a second."""


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    return Studio(tmp_path)


@pytest.fixture
def preview(studio: Studio, tmp_path: Path) -> ScenePreview:
    return ScenePreview(studio.store, tmp_path / "cache", 1 << 30)


def packets(path: Path, kind: str) -> Iterator[tuple[float, bytes]]:
    """Times and contents of the packets of a stream."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0] if kind == "video" else container.streams.audio[0]
        for packet in container.demux(stream):
            if packet.size and packet.pts is not None and packet.time_base is not None:
                yield float(packet.pts * packet.time_base), bytes(packet)


def sound(path: Path) -> np.ndarray:
    """The sound of a file as a player plays it, at 48 kHz, with silence before its first sample if it begins later."""
    with av.open(str(path)) as container:
        frames = list(container.decode(audio=0))
    start = round(float((frames[0].pts or 0) * (frames[0].time_base or Fraction(1))) * 48_000)
    return np.concatenate([np.zeros(max(0, start)), *(frame.to_ndarray()[0] for frame in frames)])[max(0, -start) :]


async def test_the_picture_is_copied_and_the_sound_begins_with_it(studio: Studio, preview: ScenePreview):
    scene = await rendered(studio, 187, short=500)
    playable = await preview.playable(scene)

    segment = await studio.store.open(scene.segment.video)
    assert list(packets(playable.path, "video")) == list(packets(segment, "video"))
    assert (playable.frames, playable.seconds) == (187, Fraction(187, 30))
    assert playable.media_type.startswith('video/mp4; codecs="avc1.64')
    heard = sound(playable.path)
    assert np.argmax(abs(heard) > 0.05) < 0.002 * 48_000  # the burst at the start of the narration
    assert 0 <= len(heard) - 187 * 1_600 < 1_024
    with av.open(str(await studio.store.open(scene.narration.audio))) as narration:
        spoken = np.concatenate([frame.to_ndarray()[0] for frame in narration.decode(audio=0)]) / 32_768
    level = [abs(part).mean() for part in (heard[12_000:240_000], spoken[6_000:120_000])]
    assert level[0] == pytest.approx(level[1], rel=0.05)


async def test_each_part_plays_after_the_initialization_segment_alone(
    studio: Studio, preview: ScenePreview, tmp_path: Path
):
    playable = await preview.playable(await rendered(studio, 301))
    content = playable.path.read_bytes()
    assert playable.bytes == len(content) == playable.parts[-1].offset + playable.parts[-1].bytes
    assert [part.frames for part in playable.parts] == [60, 60, 60, 60, 60, 1]
    for part in playable.parts:
        assert part.frames <= MAX_PART_S * 30
        alone = tmp_path / "alone.mp4"
        alone.write_bytes(content[: playable.init_bytes] + content[part.offset : part.offset + part.bytes])
        with av.open(str(alone)) as container:
            assert sum(1 for _ in container.decode(video=0)) == part.frames
        with av.open(str(alone)) as container:
            assert sum(1 for _ in container.decode(audio=0))


async def test_ten_scenes_last_exactly_as_long_as_their_frames(studio: Studio, preview: ScenePreview, tmp_path: Path):
    scenes = [
        await preview.playable(await rendered(studio, frames, number, of=10))
        for number, frames in enumerate(LENGTHS, start=1)
    ]
    assert [scene.frames for scene in scenes] == list(LENGTHS)
    for number, scene in enumerate(scenes, start=1):
        (tmp_path / f"{number}.mp4").write_bytes(scene.path.read_bytes())
    text = playlist(scenes, complete=True, urls=[f"{number}.mp4" for number in range(1, 11)])
    (tmp_path / "all.m3u8").write_text(text)
    lengths = [line[8:-1] for line in text.splitlines() if line.startswith("#EXTINF")]
    assert round(sum(map(float, lengths)) * 30, 3) == sum(LENGTHS)
    # As another player plays it: ffmpeg follows playlist, ranges and discontinuities.
    await run_ffmpeg("-i", tmp_path / "all.m3u8", "-map", "v", "-c", "copy", "-f", "mpegts", tmp_path / "all.ts")
    assert len(list(packets(tmp_path / "all.ts", "video"))) == sum(LENGTHS)


async def test_a_narration_that_is_longer_than_the_picture_is_cut(studio: Studio, tmp_path: Path):
    scene = await rendered(studio, 30)
    longer = await studio.narration(10 * 24_000)
    segment, narration = await studio.store.open(scene.segment.video), await studio.store.open(longer.audio)
    remux(segment, narration, tmp_path / "cut.mp4", frames=30, frame_rate=30)
    assert read_playable(tmp_path / "cut.mp4", 30).frames == 30
    assert 0 <= len(sound(tmp_path / "cut.mp4")) - 48_000 < 1_024


async def test_callers_at_the_same_time_get_one_file_that_is_made_once(
    studio: Studio, preview: ScenePreview, monkeypatch: pytest.MonkeyPatch
):
    made = []

    def counted(*arguments, **named) -> None:
        made.append(arguments)
        remux(*arguments, **named)

    monkeypatch.setattr(scene_preview, "remux", counted)
    scene = await rendered(studio)
    playables = await asyncio.gather(*(preview.playable(scene) for _ in range(8)))
    assert len(set(playables)) == len(made) == 1
    assert await preview.playable(scene) == playables[0]
    assert len(made) == 1


async def test_a_caller_that_leaves_does_not_take_the_file_from_the_others(studio: Studio, preview: ScenePreview):
    scene = await rendered(studio)
    first = asyncio.create_task(preview.playable(scene))
    await asyncio.sleep(0)
    second = asyncio.create_task(preview.playable(scene))
    await asyncio.sleep(0)
    first.cancel()
    assert isinstance(await second, Playable)
    assert first.cancelled()


async def test_the_folder_keeps_its_size_and_nothing_unfinished(studio: Studio, tmp_path: Path):
    preview = ScenePreview(studio.store, tmp_path / "cache", 1)
    old = (await preview.playable(await rendered(studio, 30, 1, of=2))).path
    before = time.time() - timedelta(hours=2).total_seconds()
    os.utime(old, (before, before))
    new = (await preview.playable(await rendered(studio, 31, 2, of=2))).path
    assert [path.exists() for path in (old, new)] == [False, True]
    assert [path for path in (tmp_path / "cache" / "scratch").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("lost", ["segment", "narration"])
async def test_a_missing_file_is_named_with_its_scene(studio: Studio, preview: ScenePreview, lost: str):
    scene = await rendered(studio, 60, 3, of=3)
    ref = scene.segment.video if lost == "segment" else scene.narration.audio
    (await studio.store.open(ref)).unlink()
    with pytest.raises(PermanentError, match=f"scene 3: artifact {ref.key} is not in the store") as missing:
        await preview.playable(scene)
    assert missing.value.code is FailureCode.ARTIFACT_MISSING


async def test_a_segment_that_is_not_what_its_message_says_is_an_error(studio: Studio, preview: ScenePreview):
    scene = await rendered(studio, 60)
    wrong = scene.model_copy(update={"segment": scene.segment.model_copy(update={"frames": 61})})
    with pytest.raises(PermanentError, match="scene 1: its preview has 60 frames instead of 61") as refused:
        await preview.playable(wrong)
    assert refused.value.code is FailureCode.OUTPUT_INVALID
    not_video = scene.model_copy(update={"segment": Segment(video=scene.narration.audio, frames=60)})
    with pytest.raises(PermanentError, match="scene 1: its segment and narration cannot be played"):
        await preview.playable(not_video)


async def test_pictures_of_segments_and_clips_are_small_jpegs(studio: Studio, preview: ScenePreview, tmp_path: Path):
    scene = await rendered(studio, 60)
    clip = await studio.clip(await make_clip(tmp_path / "clip.mp4", seconds=3), in_frame=45, frames=10)
    for shown in (scene, clip):
        path = await preview.picture(shown)
        assert path == await preview.picture(shown)
        with av.open(str(path)) as picture:
            assert picture.streams.video[0].codec_context.name == "mjpeg"
            assert (picture.streams.video[0].width, picture.streams.video[0].height) == (PICTURE_WIDTH, 270)
    other = clip.model_copy(update={"in_frame": 46})
    assert await preview.picture(other) != await preview.picture(clip)


async def test_a_clip_that_is_gone_is_an_error(studio: Studio, preview: ScenePreview, tmp_path: Path):
    clip = await studio.clip(await make_clip(tmp_path / "clip.mp4", seconds=1))
    with pytest.raises(PermanentError) as missing:
        await preview.picture(clip.model_copy(update={"file": artifact("gone", "video/mp4")}))
    assert missing.value.code is FailureCode.ARTIFACT_MISSING


async def test_a_real_segment_plays(studio: Studio, preview: ScenePreview):
    scene = await studio.stages.segments.render(await studio.sourced(samples=50_000, look=LOOK))
    playable = await preview.playable(scene)
    assert playable.frames == scene.segment.frames == 63
    with av.open(str(playable.path)) as container:
        assert sum(1 for _ in container.decode(video=0)) == 63
