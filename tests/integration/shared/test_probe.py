"""The probe measures files as they are and refuses what is not fit, in a process of its own."""

import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from scenewire.artifacts.filesystem import FilesystemStore
from scenewire.errors import FailureCode, PermanentError, TransientError
from scenewire.probe import probe
from scenewire.probe.own_media import probe_own_media
from scenewire.probe.probe import probe_media, probe_video
from scenewire.processes.run import Limits
from scenewire_sourcing.candidates import FootageFile
from scenewire_sourcing.ingest.ingest import Ingest
from scenewire_sourcing.providers.base import LocatedFootage
from tests.support.media import make_clip, pretend_clips, run_ffmpeg


@pytest.mark.parametrize("name", ["clip.mp4", "clip.mov", "clip.mkv", "clip.webm", "clip.ts"])
async def test_frames_rate_and_size_are_exact_in_every_container(tmp_path: Path, name: str) -> None:
    facts = await probe_video(await make_clip(tmp_path / name, seconds=1.5, size="320x180", rate=24))
    assert (facts.frames, facts.frame_rate) == (36, (24, 1))
    assert (facts.display_width, facts.display_height) == (320, 180)
    assert facts.monotone
    assert facts.constant_rate
    assert facts.duration == pytest.approx(1.5, abs=0.01)


FIXTURES: dict[str, tuple[dict[str, Any], tuple[Any, ...]]] = {
    "broadcast.mp4": ({"rate": "30000/1001", "sound": True}, (2, 320, 180, Fraction(30_000, 1_001), "h264", "aac")),
    "silent.webm": ({"rate": 25}, (2, 320, 180, Fraction(25), "vp9", None)),
    "vertical.mov": ({"rate": 24, "size": "180x320"}, (2, 180, 320, Fraction(24), "h264", None)),
    "uneven.mkv": (
        {"rate": 60, "arguments": ("-vf", "select='lt(mod(n,4),2)'", "-fps_mode", "vfr")},
        (2, 320, 180, pytest.approx(Fraction(30), rel=0.02), "h264", None),
    ),
}


@pytest.mark.parametrize("name", FIXTURES)
async def test_a25_the_eight_facts_of_a_clip_are_right(tmp_path: Path, name: str) -> None:
    made, (seconds, *wanted) = FIXTURES[name]
    clip = await make_clip(tmp_path / name, **{"size": "320x180", **made})
    facts = await probe_media(clip)
    video, audio = facts.video, facts.audio
    assert video is not None
    found = [
        video.display_width,
        video.display_height,
        Fraction(*video.frame_rate),
        video.codec,
        audio.codec if audio else None,
    ]
    assert found == wanted
    assert facts.duration == pytest.approx(seconds, abs=0.05)
    store = FilesystemStore(tmp_path / "store")
    accepted = await Ingest(store, max_file_bytes=1 << 30).accept(
        LocatedFootage(clip, FootageFile(id=name, path=str(clip))), owner="tests"
    )
    assert accepted.file.size == clip.stat().st_size
    assert accepted.facts.duration_frames == video.frames
    assert accepted.facts.audio_codec == wanted[-1]


async def test_a25_what_goes_wrong_is_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clip = await make_clip(tmp_path / "clip.mp4", seconds=0.2, size="160x90")
    sound = tmp_path / "sound.m4a"
    await run_ffmpeg("-f", "lavfi", "-i", "sine=sample_rate=44100", "-t", "1", sound)
    (tmp_path / "page.mp4").write_text("<html>")
    for name, reason in {
        "gone.mp4": "No such file",
        "page.mp4": "it is not a readable",
        "sound.m4a": "it holds no picture",
    }.items():
        with pytest.raises(PermanentError, match=reason) as refused:
            await probe_video(tmp_path / name)
        assert refused.value.code == FailureCode.MEDIA_REFUSED
    with pytest.raises(TransientError) as slow:
        await probe_media(clip, timeout=0)
    assert slow.value.code == FailureCode.PROGRAM_TIMEOUT
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-python"))
    with pytest.raises(PermanentError) as missing:
        await probe_media(clip)
    assert missing.value.code == FailureCode.PROGRAM_MISSING


async def test_a25_a_fractional_rate_stays_a_fraction(tmp_path: Path) -> None:
    facts = await probe_video(await make_clip(tmp_path / "clip.mkv", rate="30000/1001", size="160x90"))
    assert facts.frame_rate == (30000, 1001)


async def test_a25_sound_and_subtitles_of_a_film_are_measured(tmp_path: Path) -> None:
    (tmp_path / "film.srt").write_text("1\n00:00:00,000 --> 00:00:02,000\nHello\n")
    picture = await make_clip(tmp_path / "picture.mp4", seconds=2, size="160x90", sound=True)
    film = tmp_path / "film.mp4"
    await run_ffmpeg("-i", picture, "-i", tmp_path / "film.srt", "-c", "copy", "-c:s", "mov_text", film)
    facts = await probe_media(film)
    assert facts.stream_types == ("video", "audio", "subtitle")
    assert facts.chapters == 0
    assert facts.complete
    assert facts.audio is not None
    assert (facts.audio.codec, facts.audio.sample_rate, facts.audio.channels) == ("aac", 48_000, 1)
    assert facts.audio.samples == 96_000
    assert facts.video is not None
    assert (facts.video.codec, facts.video.pixel_format, facts.video.frames) == ("h264", "yuv420p", 60)


async def test_sound_alone_has_facts_but_is_no_footage(tmp_path: Path) -> None:
    sound = tmp_path / "sound.m4a"
    await run_ffmpeg("-f", "lavfi", "-i", "sine=sample_rate=44100", "-t", "1", sound)
    assert (await probe_media(sound)).video is None
    with pytest.raises(PermanentError, match="no picture"):
        await probe_video(sound)


async def test_a25_a_turned_clip_is_measured_as_it_is_seen(tmp_path: Path) -> None:
    flat = await make_clip(tmp_path / "flat.mp4", seconds=0.5, size="320x180")
    await run_ffmpeg("-display_rotation", "90", "-i", flat, "-c", "copy", tmp_path / "turned.mp4")
    facts = await probe_video(tmp_path / "turned.mp4")
    assert facts.rotation == 90
    assert (facts.display_width, facts.display_height) == (180, 320)


async def test_pixels_that_are_not_square_count(tmp_path: Path) -> None:
    clip = await make_clip(tmp_path / "wide.mp4", seconds=0.5, size="240x180", arguments=("-vf", "setsar=4/3"))
    facts = await probe_video(clip)
    assert (facts.display_width, facts.display_height) == (320, 180)


async def test_a25_a_variable_rate_is_the_one_that_fills_the_time(tmp_path: Path) -> None:
    thinned = ("-vf", "select='not(mod(n,7))+lt(n,30)'", "-fps_mode", "vfr")
    facts = await probe_video(await make_clip(tmp_path / "vfr.mp4", seconds=4, size="160x90", arguments=thinned))
    rate = facts.frame_rate[0] / facts.frame_rate[1]
    assert not facts.constant_rate
    assert facts.frames / rate == pytest.approx(4, abs=0.2)


async def test_pictures_outside_an_edit_list_are_not_counted(tmp_path: Path) -> None:
    whole = await make_clip(tmp_path / "whole.mp4", seconds=4, size="160x90", arguments=("-g", "60"))
    await run_ffmpeg("-ss", "0.5", "-i", whole, "-t", "1", "-c", "copy", tmp_path / "cut.mp4")
    facts = await probe_video(tmp_path / "cut.mp4")
    assert 29 <= facts.frames <= 32
    assert facts.start == pytest.approx(0, abs=0.05)


async def test_decoder_parameters_tell_segments_apart_that_cannot_be_joined(tmp_path: Path) -> None:
    first = await probe_video(await make_clip(tmp_path / "a.mp4", seconds=0.2, size="320x180"))
    same = await probe_video(await make_clip(tmp_path / "b.mp4", seconds=0.3, size="320x180", pattern="testsrc"))
    other = await probe_video(await make_clip(tmp_path / "c.mp4", seconds=0.2, size="322x180"))
    assert first.parameters == same.parameters != other.parameters


async def test_what_only_pretends_to_be_a_clip_is_refused(tmp_path: Path) -> None:
    victim = await make_clip(tmp_path / "victim.mp4", seconds=0.2, size="160x90")
    for path in pretend_clips(tmp_path, victim=victim).values():
        with pytest.raises(PermanentError, match=f"{path.name} is refused") as refused:
            await probe_media(path)
        assert refused.value.code == FailureCode.MEDIA_REFUSED


@pytest.mark.parametrize("name", ["clip.mp4", "clip.mkv"])
async def test_a_clip_that_is_cut_off_is_refused(tmp_path: Path, name: str) -> None:
    whole = await make_clip(
        tmp_path / name, size="160x90", arguments=("-movflags", "+faststart")[: 2 * (name[-1] == "4")]
    )
    data = whole.read_bytes()
    for share in (0.05, 0.3, 0.8):
        part = tmp_path / f"{share}-{name}"
        part.write_bytes(data[: int(len(data) * share)])
        with pytest.raises(PermanentError, match="refused"):
            await probe_video(part)


async def test_a_clip_whose_pictures_are_noise_is_refused(tmp_path: Path) -> None:
    clip = await make_clip(tmp_path / "clip.mp4", seconds=0.5, size="160x90", arguments=("-movflags", "+faststart"))
    data = bytearray(clip.read_bytes())
    pictures = data.index(b"mdat") + 4
    data[pictures:] = bytes(255 - byte for byte in data[pictures:])
    clip.write_bytes(data)
    with pytest.raises(PermanentError, match="picture"):
        await probe_video(clip)


async def test_a_decoder_that_is_not_on_the_list_is_refused(tmp_path: Path) -> None:
    rare = tmp_path / "rare.mkv"
    await run_ffmpeg("-f", "lavfi", "-i", "testsrc2=size=64x64", "-t", "0.2", "-c:v", "magicyuv", rare)
    with pytest.raises(PermanentError, match="codec magicyuv is not accepted"):
        await probe_video(rare)


async def test_a_picture_that_would_take_a_gigabyte_is_refused(tmp_path: Path) -> None:
    huge = ("-frames:v", "1", "-g", "1")
    bomb = await make_clip(
        tmp_path / "bomb.mp4", seconds=0.1, size="8192x8192", pattern="color=c=black", arguments=huge
    )
    with pytest.raises(PermanentError, match="8192x8192 is too large"):
        await probe_video(bomb)


async def test_names_that_look_like_options_or_protocols_are_just_names(tmp_path: Path) -> None:
    for name in ("-i.mp4", "concat:a.mp4", "50%03d.mp4", "it's \n “x”.mp4"):
        clip = await make_clip(tmp_path / "plain.mp4", seconds=0.2, size="160x90")
        assert (await probe_video(clip.rename(tmp_path / name))).frames == 6


async def test_a25_an_examination_that_exceeds_its_limits_refuses_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = await make_clip(tmp_path / "clip.mp4", seconds=0.2, size="160x90")
    monkeypatch.setattr(probe, "_LIMITS", Limits(memory=40 << 20))
    with pytest.raises(PermanentError, match="examining it ended with"):
        await probe_video(clip)
    with pytest.raises(PermanentError, match="took longer than"):
        await probe_video(clip, timeout=0)


@pytest.mark.parametrize("name", FIXTURES)
async def test_own_files_have_the_same_facts_without_a_process(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, _ = FIXTURES[name]
    clip = await make_clip(tmp_path / name, **{"size": "320x180", **made})
    facts = await probe_media(clip)
    monkeypatch.setattr(probe, "_CHILD", tmp_path / "gone.py")
    assert await probe_own_media(clip) == facts


async def test_own_files_are_refused_for_the_same_reasons(tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    for path in (tmp_path / "empty.mp4", tmp_path / "gone.mp4"):
        with pytest.raises(PermanentError) as of_child:
            await probe_media(path)
        with pytest.raises(PermanentError) as own:
            await probe_own_media(path)
        assert (own.value.code, own.value.message) == (of_child.value.code, of_child.value.message)


async def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PermanentError, match=r"gone\.mp4 is refused"):
        await probe_media(tmp_path / "gone.mp4")


OPENINGS: dict[str, tuple[str, int]] = {
    "moving": ("testsrc2=s=320x180:r=30:d=3[v]", 0),
    "black": ("color=c=black:s=320x180:r=30:d=1[b];testsrc2=s=320x180:r=30:d=3[m];[b][m]concat[v]", 30),
    "title": ("color=c=navy:s=320x180:r=30:d=2[b];testsrc2=s=320x180:r=30:d=3[m];[b][m]concat[v]", 60),
    "black and title": (
        "color=c=black:s=320x180:r=30:d=1[b];color=c=teal:s=320x180:r=30:d=1[t];testsrc2=s=320x180:r=30:d=3[m];[b][t][m]concat=n=3[v]",
        60,
    ),
    "noise over black": (
        "color=c=black:s=320x180:r=30:d=1,noise=alls=8:allf=t[b];testsrc2=s=320x180:r=30:d=2[m];[b][m]concat[v]",
        30,
    ),
    "standing": ("color=c=navy:s=320x180:r=30:d=8[v]", 0),
    "fade": ("testsrc2=s=320x180:r=30:d=3,fade=in:0:15[v]", 3),
    "pan": (
        (
            "testsrc2=s=480x270:r=30:d=1,trim=end_frame=1,loop=-1:1,setpts=N/30/TB,eq=contrast=0.3,crop=320:180:x='20*t':y=20,trim=duration=2[p];"
            "testsrc2=s=320x180:r=30:d=2[m];[p][m]concat[v]"
        ),
        0,
    ),
    "dark": ("testsrc2=s=320x180:r=30:d=3,eq=brightness=-0.35[v]", 0),
}


@pytest.mark.parametrize("name", OPENINGS)
async def test_the_opening_of_a_clip_is_what_is_black_or_stands_before_it_moves(tmp_path: Path, name: str) -> None:
    graph, opening = OPENINGS[name]
    clip = tmp_path / "clip.mp4"
    await run_ffmpeg(
        "-filter_complex", graph, "-map", "[v]", "-c:v", "libx264", "-g", "30", "-pix_fmt", "yuv420p", clip
    )
    facts = await probe_video(clip)
    assert facts.opening == pytest.approx(opening, abs=3)
    assert facts.key_frames[0] == 0
    assert len(facts.key_frames) >= facts.frames // 30


async def test_of_very_many_key_frames_some_are_told(tmp_path: Path) -> None:
    clip = await make_clip(tmp_path / "all.mp4", seconds=40, size="32x18", arguments=("-g", "1"))
    facts = await probe_video(clip)
    assert facts.frames == 1_200
    assert facts.key_frames == tuple(range(0, 1_200, 3))
