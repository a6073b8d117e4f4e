"""Segments and videos from the real ffmpeg: small pictures, measured frame by frame."""

import json
import wave
from pathlib import Path
from uuid import UUID

import av
import numpy as np
import pyloudnorm
import pytest

from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import (
    Look,
    SegmentRendered,
)
from scenewire.probe.probe import probe_media
from scenewire_assembly.job_files import clip_name
from tests.support.builders import PROJECT, scene
from tests.support.media import make_clip, pretend_clips, run_ffmpeg
from tests.support.studio import BURST, Studio

QUIET = Look(width=320, height=180, captions=False, title=False, closing=False)


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    return Studio(tmp_path)


async def colour(folder: Path, name: str, *, seconds: float = 2, **options) -> Path:
    return await make_clip(folder / f"{name}-{len(options)}.mp4", pattern=f"color=c={name}", seconds=seconds, **options)


def named(picture: np.ndarray) -> str:
    """The test colour of the upper half, which has no captions."""
    red, green, blue = picture[:80].reshape(-1, 3).mean(axis=0)
    return max((red, "red"), (green, "lime"), (blue, "blue"))[1]


async def test_a_video_keeps_sound_and_picture_in_sync_and_has_the_wanted_loudness(studio, tmp_path):
    samples = [30_001, 23_999, 41_234, 26_000]
    colours = ["red", "lime", "blue", "red"]
    sources = [
        await colour(tmp_path, "red", rate=25, size="640x480", sound=True),
        await colour(tmp_path, "lime", rate="30000/1001", size="180x320"),
        await colour(tmp_path, "blue", rate=60, arguments=("-vf", "setsar=4/3")),
        await colour(tmp_path, "red", rate=24),
    ]
    segments = [
        await studio.stages.segments.render(
            await studio.sourced(number, of=4, samples=length, clips=[await studio.clip(source)]), studio.report
        )
        for number, (length, source) in enumerate(zip(samples, sources, strict=True), start=1)
    ]
    film = await studio.stages.videos.assemble(segments[::-1], studio.report)

    lengths = [-(-length // 800) for length in samples]
    assert [segment.segment.frames for segment in segments] == lengths
    assert film.frames == sum(lengths)
    assert [named(picture) for picture in await studio.pictures(film.video)] == [
        name for name, length in zip(colours, lengths, strict=True) for _ in range(length)
    ]
    sound = await studio.sound(film.video)
    assert len(sound) == film.frames * 1_600
    burst = np.repeat(BURST, 2)  # near enough at 48 kHz to be found
    for start in np.cumsum([0, *lengths[:-1]]) * 1_600:
        near = sound[max(0, start - 2_400) : start + 7_200, 0]
        found = int(np.correlate(near, burst, "valid").argmax()) - min(2_400, start)
        assert abs(found) <= 24  # half a millisecond
    measured = pyloudnorm.Meter(48_000).integrated_loudness(sound)
    assert abs(measured + 14) < 0.5
    assert abs(film.loudness.integrated_lufs - measured) < 0.2
    assert film.loudness.true_peak_dbtp < -0.9


async def test_a_video_suits_players_and_has_all_its_deliverables(studio, tmp_path):
    clip = await studio.clip(await make_clip(tmp_path / "c.mp4", seconds=1, size="320x180"))
    segments = [
        await studio.stages.segments.render(await studio.sourced(1, of=2), studio.report),
        await studio.stages.segments.render(
            await studio.sourced(2, of=2, clips=[clip], text="Tea \\N {is}."), studio.report
        ),
    ]
    film = await studio.stages.videos.assemble(segments)

    path = await studio.store.open(film.video)
    assert film.video.key == f"output/{PROJECT}/The_story_of_tea_video.mp4"
    facts = await probe_media(path)
    assert facts.stream_types == ("video", "audio", "subtitle", "data")  # the last are the chapters' titles
    assert facts.chapters == 2
    assert facts.video is not None
    assert (facts.video.codec, facts.video.pixel_format, facts.video.frame_rate) == ("h264", "yuv420p", (30, 1))
    assert (facts.video.width, facts.video.height, facts.video.sample_aspect) == (320, 180, (1, 1))
    assert facts.audio is not None
    assert (facts.audio.codec, facts.audio.sample_rate) == ("aac", 48_000)
    assert facts.video.duration == facts.audio.duration == film.duration == 2.0
    data = path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    with av.open(str(path)) as container:
        assert container.metadata["title"] == "The story of tea"

    srt = (await studio.store.open(film.captions_srt)).read_text()
    assert "00:00:01,000 --> 00:00:02,000\nTea \\N {is}." in srt
    assert (await studio.store.open(film.captions_vtt)).read_text().startswith("WEBVTT")
    credits_ = json.loads((await studio.store.open(film.credits_json)).read_text())
    assert [(entry["title"], entry["start"], entry["end"]) for entry in credits_["pictures"]] == [
        ("Generated background", 0.0, 1.0),
        ("A clip", 1.0, 2.0),
    ]
    assert len(json.loads((await studio.store.open(film.script_json)).read_text())) == 2
    assert (await studio.pictures(film.thumbnail))[0].std() > 20
    assert {progress.scene_number for progress in studio.reports} == {1, 2}
    assert film.notes == ()


async def test_stored_results_are_reused(studio):
    sourced = await studio.sourced()
    first = await studio.stages.segments.render(sourced, studio.report)
    film = await studio.stages.videos.assemble([first], studio.report)
    assert studio.reports
    studio.reports.clear()
    rerun = sourced.model_copy(update={"revision": 1})
    again = await studio.stages.segments.render(rerun, studio.report)
    assert again.segment == first.segment
    assert (await studio.stages.videos.assemble([again], studio.report)) == film.model_copy(update={"revision": 1})
    assert studio.reports == []
    edited = await studio.sourced(text="Tea is the drink.")
    assert (await studio.stages.segments.render(edited, studio.report)).segment != first.segment


async def test_the_same_scene_gives_the_same_bytes(studio, tmp_path):
    elsewhere = Studio(tmp_path / "elsewhere")
    elsewhere.folder.mkdir()
    made = [await each.stages.segments.render(await each.sourced(samples=16_000)) for each in (studio, elsewhere)]
    assert made[0].segment == made[1].segment


@pytest.mark.parametrize("rate", [24, 60])
async def test_several_clips_fade_into_each_other_and_the_scene_stays_exact(studio, tmp_path, rate):
    clips = [
        await studio.clip(await colour(tmp_path, name, rate=source_rate, size=size))
        for name, source_rate, size in (
            ("red", 25, "320x180"),
            ("lime", 60, "90x160"),
            ("blue", "30000/1001", "320x240"),
        )
    ]
    look = Look(width=320, height=180, frame_rate=rate, captions=False, title=False, closing=False)
    segment = await studio.stages.segments.render(await studio.sourced(samples=24_000 * 5 - 77, clips=clips, look=look))
    pictures = await studio.pictures(segment.segment.video)
    assert len(pictures) == segment.segment.frames == 5 * rate
    assert [named(pictures[at]) for at in (0, len(pictures) // 2, -1)] == ["red", "lime", "blue"]
    means = pictures[:, :80].reshape(len(pictures), -1, 3).mean(axis=1)
    assert np.abs(np.diff(means, axis=0)).max() < 60  # it fades, and nothing is black in between
    assert means.max(axis=1).min() > 90


async def test_a_clip_shows_its_own_frames_upright_and_repeats_if_it_is_short(studio, tmp_path):
    # Two seconds red, then one second lime; turned by its display matrix.
    two = "[0][1]concat"
    flat = tmp_path / "flat.mp4"
    colours = [
        "-f",
        "lavfi",
        "-i",
        "color=c=red:s=320x180:r=30:d=2",
        "-f",
        "lavfi",
        "-i",
        "color=c=lime:s=320x180:r=30:d=1",
    ]
    await run_ffmpeg(
        *colours, "-filter_complex", two, "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", flat
    )
    turned = tmp_path / "turned.mp4"
    await run_ffmpeg("-display_rotation", "90", "-i", flat, "-c", "copy", turned)
    green = await studio.clip(turned, in_frame=60, frames=30)
    segment = await studio.stages.segments.render(await studio.sourced(samples=24_000 * 3, clips=[green], look=QUIET))
    pictures = await studio.pictures(segment.segment.video)
    assert len(pictures) == 90
    assert {named(picture) for picture in pictures} == {"lime"}


async def test_a_clip_much_shorter_than_its_scene_never_stands_still(studio, tmp_path):
    clip = await studio.clip(await make_clip(tmp_path / "short.mp4", seconds=0.4, size="320x180", rate=25))
    segment = await studio.stages.segments.render(await studio.sourced(samples=24_000 * 12, clips=[clip], look=QUIET))
    pictures = (await studio.pictures(segment.segment.video)).astype(np.int16)
    assert len(pictures) == 360
    assert np.abs(pictures[6:] - pictures[:-6]).mean(axis=(1, 2, 3)).min() > 0.5


async def test_a_variable_rate_clip_fills_its_frames(studio, tmp_path):
    uneven = ("-vf", "select='not(mod(n,3))+gt(n,40)'", "-fps_mode", "vfr")
    path = await make_clip(tmp_path / "vfr.mp4", seconds=3, size="320x180", arguments=uneven)
    segment = await studio.stages.segments.render(
        await studio.sourced(samples=24_000 * 2, clips=[await studio.clip(path)], look=QUIET)
    )
    pictures = await studio.pictures(segment.segment.video)
    assert len(pictures) == 60
    changes = [np.abs(pictures[at + 6].astype(float) - pictures[at]).mean() for at in range(0, 54, 6)]
    assert min(changes) > 1  # it goes on all the time


async def test_captions_are_drawn_and_only_when_they_are_wanted(studio, tmp_path):
    clip = await studio.clip(await colour(tmp_path, "blue", size="320x180"))
    shown = await studio.stages.segments.render(await studio.sourced(clips=[clip]))
    plain = await studio.stages.segments.render(await studio.sourced(clips=[clip], look=QUIET))
    with_, without = [await studio.pictures(rendered.segment.video) for rendered in (shown, plain)]
    assert (with_[15].min(axis=2) > 200).sum() > 50  # white letters
    assert (without[15].min(axis=2) > 200).sum() == 0
    assert (with_[15][:120].min(axis=2) > 200).sum() == 0


async def test_words_of_a_painted_scene_come_as_they_are_spoken_and_stay(studio):
    segment = await studio.stages.segments.render(await studio.sourced(samples=24_000 * 3))
    pictures = (await studio.pictures(segment.segment.video)).astype(float)
    light = [int((picture[25:140].min(axis=2) > 190).sum()) for picture in pictures]
    assert light[0] < light[20] < light[-8]  # "Tea is good." comes word by word
    assert min(light[-12:-6]) > 0.95 * max(light)  # and stands until the end
    assert all((picture[150:].min(axis=2) > 190).sum() < 5 for picture in pictures)  # what it says needs no caption
    assert pictures[0].std() > 1  # the first picture is not empty


async def test_undrawable_characters_are_left_out_with_a_note(studio):
    segment = await studio.stages.segments.render(await studio.sourced(text="Tea \U000e0041 \U0001f9ff\u0a85 is good."))
    assert "\u0a85" in segment.segment.undrawable
    film = await studio.stages.videos.assemble([segment])
    assert len(film.notes) == 1
    assert "no font draws" in film.notes[0]
    assert "scenewire fonts install" in film.notes[0]
    assert "\u0a85" in (await studio.store.open(film.captions_srt)).read_text()


async def test_captions_that_would_be_blank_are_refused_before_the_encode(studio):
    with pytest.raises(PermanentError, match="no font draws the captions: \u0a85") as refused:
        await studio.stages.segments.render(await studio.sourced(text="\u0a85\u0a86\u0a87 \u0a85\u0a86"))
    assert refused.value.code is FailureCode.FONT_MISSING
    assert "scenewire fonts install" in refused.value.hint


def left_out(segment: SegmentRendered, scene_number: int = 1) -> None:
    """Asserts that a scene's only clip was left out, with a background instead and a note."""
    note = f"Scene {scene_number}: “A clip” cannot be decoded to its end; a background is generated instead."
    assert segment.footage.notes == (note,)
    assert (segment.footage.clips, segment.footage.fallback, segment.footage.reason) == ((), True, note)


async def test_files_that_only_pretend_to_be_clips_open_nothing_else(studio, tmp_path):
    victim = await make_clip(tmp_path / "victim.mp4", seconds=1, size="320x180")
    facts = (await studio.clip(victim)).facts
    for pretender in pretend_clips(tmp_path, victim=victim).values():
        clip = studio.clip_of(await studio.store.add(pretender, "video/mp4"), facts)
        left_out(await studio.stages.segments.render(await studio.sourced(3, of=3, clips=[clip])), scene_number=3)


async def test_a_list_disguised_as_a_clip_does_not_open_its_neighbour(studio, tmp_path):
    real = await studio.clip(await make_clip(tmp_path / "real.mp4", seconds=2, size="320x180"))
    disguised = tmp_path / "disguised.mp4"
    disguised.write_text(f"ffconcat version 1.0\nfile {clip_name(1)}\n")
    clips = [studio.clip_of(await studio.store.add(disguised, "video/mp4"), real.facts), real]
    segment = await studio.stages.segments.render(await studio.sourced(samples=48_000, clips=clips))
    assert segment.footage.clips == (real,)
    assert segment.footage.notes == ("Scene 1: “A clip” cannot be decoded to its end; it is left out.",)


async def test_a_clip_of_a_rarely_used_codec_is_left_out(studio, tmp_path):
    common = await make_clip(tmp_path / "common.mp4", seconds=1, size="320x180")
    odd = tmp_path / "odd.mkv"
    await run_ffmpeg("-i", common, "-c:v", "magicyuv", odd)
    clip = studio.clip_of(await studio.store.add(odd, "video/mp4"), (await studio.clip(common)).facts)
    left_out(await studio.stages.segments.render(await studio.sourced(clips=[clip])))


async def test_row_69_a_clip_that_is_cut_off_is_left_out_and_no_frozen_picture(studio, tmp_path):
    whole = await make_clip(tmp_path / "whole.mp4", seconds=2, size="320x180", arguments=("-movflags", "+faststart"))
    facts = (await studio.clip(whole)).facts
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    clip = studio.clip_of(await studio.store.add(cut, "video/mp4"), facts)
    left_out(
        await studio.stages.segments.render(await studio.sourced(2, of=2, samples=48_000, clips=[clip])), scene_number=2
    )


async def test_row_69_a_damaged_clip_is_left_out_the_same_way_again(studio, tmp_path):
    good = await make_clip(tmp_path / "good.mp4", seconds=2, size="320x180")
    content = bytearray(good.read_bytes())
    damaged = tmp_path / "damaged.mp4"
    damaged.write_bytes(bytes(byte if at % 997 or at < 20_000 else 0 for at, byte in enumerate(content)))
    facts = (await studio.clip(good)).facts
    clip = studio.clip_of(await studio.store.add(damaged, "video/mp4"), facts)
    sourced = await studio.sourced(samples=48_000, clips=[clip, await studio.clip(good)])
    first = await studio.stages.segments.render(sourced)
    assert len(first.footage.clips) == 1
    assert await studio.stages.segments.render(sourced) == first
    film = await studio.stages.videos.assemble([first])
    assert film.notes == first.footage.notes
    assert (await studio.store.open(film.credits_txt)).read_text().count("A clip") == 1


async def test_a_failure_that_no_clip_caused_stays_a_failure(studio, tmp_path):
    clip = await studio.clip(await make_clip(tmp_path / "clip.mp4", seconds=1, size="320x180"))
    with pytest.raises(PermanentError, match="scene 1: invalid ffmpeg command") as failure:
        await studio.stages_with(preset="no-such-preset").segments.render(await studio.sourced(clips=[clip, clip]))
    assert failure.value.code == "render_failed"


async def test_segments_of_workers_with_other_settings_are_rendered_again_and_join(studio):
    other = studio.stages_with(preset="veryfast")
    segments: list[SegmentRendered] = [
        await studio.stages.segments.render(await studio.sourced(1, of=2, samples=9_000)),
        await other.segments.render(await studio.sourced(2, of=2, samples=9_000)),
    ]
    assert segments[0].segment.parameters != segments[1].segment.parameters
    film = await studio.stages.videos.assemble(segments)
    assert film.frames == 24
    assert len(await studio.pictures(film.video)) == 24


async def test_a_silent_narration_gives_a_note(studio):
    sourced = await studio.sourced(samples=12_000)
    silent = studio.folder / "silent.wav"
    with wave.open(str(silent), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(24_000)
        file.writeframes(bytes(24_000))
    narration = sourced.narration.model_copy(update={"audio": await studio.store.add(silent, "audio/wav")})
    film = await studio.stages.videos.assemble(
        [await studio.stages.segments.render(sourced.model_copy(update={"narration": narration}))]
    )
    assert film.notes == ("The narration is silent.",)
    assert film.loudness.integrated_lufs == -70


async def test_a_long_video_with_odd_scene_lengths_does_not_drift(studio):
    rendered = await studio.stages.segments.render(await studio.sourced(1, of=40, samples=5_601, look=QUIET))
    segments = [rendered.model_copy(update={"scene": scene(number, project_id=UUID(int=0))}) for number in range(1, 41)]
    film = await studio.stages.videos.assemble(segments)
    facts = await probe_media(await studio.store.open(film.video))
    assert facts.video is not None
    assert facts.audio is not None
    assert facts.video.frames == 40 * 8
    assert facts.video.constant_rate
    assert facts.video.duration == pytest.approx(40 * 8 / 30, abs=1e-6)
    assert facts.audio.samples == 40 * 8 * 1_600
