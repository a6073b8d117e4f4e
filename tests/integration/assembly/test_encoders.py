"""Encoders of graphics cards. No card is needed: a program stands in for an ffmpeg that finds one.

What a real card does was not run. The installed ffmpeg parses all options that cards get, and fails for want of the card only.
"""

import re
import shutil
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from pathlib import Path

import av
import pytest
from prometheus_client import REGISTRY

from scenewire.artifacts.filesystem import FilesystemStore
from scenewire.errors import FailureCode, HandoverError, PermanentError, TransientError
from scenewire.ffmpeg.discovery import find_ffmpeg
from scenewire.ffmpeg.executor import FfmpegExecutor, RealFfmpegExecutor
from scenewire.ffmpeg.fake import FakeFfmpegExecutor
from scenewire.ffmpeg.opening import open_executor
from scenewire.ffmpeg.recording import RecordingFfmpegExecutor, read_recording
from scenewire.messages import FootageSourced, Look, SegmentRendered
from scenewire.processes.run import run_program
from scenewire_assembly.diagnostics import check_encoders
from scenewire_assembly.encoders.agreement import EncoderAgreement
from scenewire_assembly.encoders.selection import EncoderSelector
from scenewire_assembly.ffmpeg_job import FfmpegOnDemand
from scenewire_assembly.picture.encoder import HARDWARE, Encoder, EncoderName, WantedEncoder
from scenewire_assembly.segment_stage import SegmentStage
from scenewire_assembly.sound.music import MusicCache
from scenewire_assembly.video_stage import VideoStage
from tests.support.card import ffmpeg_with_card
from tests.support.media import ffmpeg_path, make_clip
from tests.support.studio import Studio

LOOK = Look(width=320, height=180, title=False, closing=True)
QUICK = Encoder(preset="ultrafast", crf=30)
SAMPLES = 24_000
FRAMES = 30


@pytest.fixture(autouse=True)
def no_card(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hides the cards of the machine that runs the tests."""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")


def ffmpeg_of(program: Path | None = None) -> FfmpegOnDemand:
    return FfmpegOnDemand(lambda: open_executor(program))


async def _absent(_: str) -> bool:
    return False


async def _present(_: str) -> bool:
    return True


@dataclass
class Worker:
    """A worker of assembly."""

    segments: SegmentStage
    videos: VideoStage
    selector: EncoderSelector


def worker(
    store: FilesystemStore, wanted: WantedEncoder = "libx264", program: Path | None = None, *, offered=_absent
) -> Worker:
    ffmpeg = ffmpeg_of(program)
    music = MusicCache(store, ffmpeg)
    selector = EncoderSelector(ffmpeg, wanted, QUICK)
    segments = SegmentStage(store, ffmpeg, music, encoders=EncoderAgreement(store, selector, offered=offered))
    return Worker(segments, VideoStage(store, ffmpeg, music, segments), selector)


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    return Studio(tmp_path)


async def scenes(studio: Studio, count: int = 3) -> list[FootageSourced]:
    return [await studio.sourced(number, of=count, samples=SAMPLES, look=LOOK) for number in range(1, count + 1)]


async def assert_joined(studio: Studio, workers: Worker, segments: list[SegmentRendered], encoder: str) -> None:
    """A video of the segments has every frame, one set of decoder parameters, and the encoder."""
    video = await workers.videos.assemble(segments)
    assert video.encoder == encoder
    with av.open(str(await studio.store.open(video.video))) as container:
        stream = container.streams.video[0]
        assert (stream.profile == "Constrained Baseline") == (encoder == "h264_nvenc")
        times = [frame.pts or 0 for frame in container.decode(stream)]
    assert len(times) == video.frames > len(segments) * FRAMES  # and the closing
    assert len({later - earlier for earlier, later in pairwise(times)}) == 1


# --- options ------------------------------------------------------------------------------------------------------------


@pytest.fixture
async def known() -> dict[str, set[str]]:
    """The options that the installed ffmpeg knows for each encoder, and under `all` those of every encoder."""

    async def options(*topic: str) -> set[str]:
        done = await run_program([ffmpeg_path(), "-hide_banner", "-h", *topic], timeout=60)
        return set(re.findall(r"^\s+-([a-z][\w-]*)\s", done.stdout.decode(errors="replace"), re.MULTILINE))

    return {"all": await options("full")} | {name: await options(f"encoder={name}") for name in HARDWARE}


@pytest.mark.parametrize("name", HARDWARE)
async def test_the_installed_ffmpeg_knows_every_option_of_an_encoder(name: EncoderName, known: dict[str, set[str]]):
    if not known[name]:
        pytest.skip(f"this ffmpeg was built without {name}")
    own = {"preset", "tune", "rc", "cq", "spatial-aq", "rc_mode", "qp", "allow_sw", "profile"}
    flags = [
        word[1:].partition(":")[0] for word in Encoder(name=name).option(level="4.1", gop=60).args if word[0] == "-"
    ]
    assert {flag for flag in flags if flag in own} <= known[name]
    assert set(flags) - own <= known["all"] | {"c", "q"}


@pytest.mark.parametrize("name", HARDWARE)
@pytest.mark.parametrize("level", ["4", "4.1", "6.1"])
async def test_the_installed_ffmpeg_fails_for_want_of_the_card_only(name: EncoderName, level: str):
    encoder = Encoder(name=name)
    listed = await run_program([ffmpeg_path(), "-hide_banner", "-encoders"], timeout=60)
    if f" {name} " not in listed.stdout.decode():
        pytest.skip(f"this ffmpeg was built without {name}")
    source = ("-f", "lavfi", "-i", "color=s=320x180:d=0.1", "-vf", "format=nv12")
    words = (*source, *encoder.option(level=level, gop=60).args, "-f", "null", "-")
    done = await run_program([ffmpeg_path(), "-hide_banner", "-nostdin", *words], timeout=60)
    # Options are applied before the encoder is opened.
    assert not re.search(r"Error setting option|Unrecognized option|Unable to parse", done.stderr), done.stderr
    assert "Could not open encoder" in done.stderr


# --- selection ------------------------------------------------------------------------------------------------------------


async def test_a_named_encoder_without_its_card_is_an_error_that_says_what_it_needs():
    with pytest.raises(
        PermanentError, match=r"ASSEMBLY_ENCODER is h264_nvenc, which does not work here: .*libcuda"
    ) as caught:
        await EncoderSelector(ffmpeg_of(), "h264_nvenc").selection()
    assert caught.value.code is FailureCode.INVALID_SETTINGS
    assert "NVIDIA_DRIVER_CAPABILITIES" in caught.value.hint


async def test_auto_takes_x264_where_no_card_works_and_says_why(tmp_path: Path):
    (tmp_path / "nvidiactl").touch()
    settings = replace(QUICK, node=str(tmp_path / "renderD128"))
    selection = await EncoderSelector(ffmpeg_of(), "auto", settings, devices=tmp_path).selection()
    assert (selection.preferred.name, selection.preferred.device) == ("libx264", "cpu")
    assert "libcuda" in selection.unusable["h264_nvenc"]  # there is a device: it was tried
    assert f"h264_vaapi: there is no {settings.node}" in selection.reason


async def test_auto_takes_a_card_that_works_and_names_it(tmp_path: Path):
    (tmp_path / "nvidiactl").touch()
    selector = EncoderSelector(ffmpeg_of(ffmpeg_with_card(tmp_path)), "auto", QUICK, devices=tmp_path)
    selection = await selector.selection()
    assert selection.preferred.name == "h264_nvenc"
    assert selection.preferred.device.startswith("Test Card 4")
    assert set(selection.usable) == {"h264_nvenc", "libx264"}
    labels = {"encoder": "h264_nvenc", "device": selection.preferred.device}
    assert REGISTRY.get_sample_value("scenewire_encoder_info", labels) == 1


async def test_the_report_lists_every_encoder_with_what_keeps_it_from_working(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("ASSEMBLY_FFMPEG", str(ffmpeg_with_card(tmp_path)))
    monkeypatch.setenv("ASSEMBLY_ENCODER", "h264_nvenc")
    used, *others = await check_encoders()
    assert used.ok
    assert re.match("h264_nvenc on Test Card 4.*, because ASSEMBLY_ENCODER is h264_nvenc", used.uses)
    assert [other.uses.split()[0] for other in others] == ["h264_qsv", "h264_vaapi", "h264_videotoolbox"]

    monkeypatch.delenv("ASSEMBLY_FFMPEG")
    (failed,) = await check_encoders()
    assert not failed.ok
    assert "does not work here" in failed.uses

    monkeypatch.delenv("ASSEMBLY_ENCODER")
    used, *others = await check_encoders()
    assert (used.uses, used.ok) == ("libx264, because ASSEMBLY_ENCODER is libx264", True)
    assert all(other.hint for other in others)


# --- one encoder for a project ----------------------------------------------------------------------------------------------


async def test_all_segments_and_the_closing_of_a_card_join_by_copying(studio: Studio, tmp_path: Path):
    card = worker(studio.store, "h264_nvenc", ffmpeg_with_card(tmp_path / "card"))
    segments = [await card.segments.render(sourced) for sourced in await scenes(studio)]
    assert {(each.segment.encoder, each.segment.device[:11]) for each in segments} == {("h264_nvenc", "Test Card 4")}
    await assert_joined(studio, card, segments, "h264_nvenc")


async def test_a_worker_with_a_card_goes_on_in_software_where_another_began(studio: Studio, tmp_path: Path):
    plain = worker(studio.store)
    card = worker(studio.store, "h264_nvenc", ffmpeg_with_card(tmp_path / "card"))
    first, second, third = await scenes(studio)
    segments = [
        await plain.segments.render(first),
        await card.segments.render(second),
        await card.segments.render(third),
    ]
    assert {each.segment.encoder for each in segments} == {"libx264"}
    assert len({each.segment.parameters for each in segments}) == 1
    await assert_joined(studio, card, segments, "libx264")


async def test_a_worker_without_the_card_hands_scenes_to_one_that_has_it(studio: Studio, tmp_path: Path):
    card = worker(studio.store, "h264_nvenc", ffmpeg_with_card(tmp_path / "card"))
    plain = worker(studio.store, offered=_present)
    first, *others = await scenes(studio)
    segments = [await card.segments.render(first)]
    for sourced in others:
        with pytest.raises(HandoverError, match="begun with h264_nvenc"):
            await plain.segments.render(sourced)
        segments.append(await card.segments.render(sourced))
    await assert_joined(studio, card, segments, "h264_nvenc")


async def test_without_any_card_the_project_is_encoded_in_software_and_says_so(studio: Studio, tmp_path: Path):
    card = worker(studio.store, "h264_nvenc", ffmpeg_with_card(tmp_path / "card"))
    plain = worker(studio.store)
    first, *others = await scenes(studio)
    segments = [await card.segments.render(first), *[await plain.segments.render(sourced) for sourced in others]]
    assert [each.segment.encoder for each in segments] == ["h264_nvenc", "libx264", "libx264"]

    video = await plain.videos.assemble(segments)

    assert (video.encoder, video.device) == ("libx264", "cpu")
    assert "it was begun with h264_nvenc, and no worker that has it was there" in video.notes[-1]
    await assert_joined(studio, plain, segments, "libx264")
    assert (await card.segments.render(first)).segment.encoder == "libx264"  # the card's worker has heard of it


async def test_a_recording_of_a_card_makes_the_same_segment_on_a_machine_without_one(studio: Studio, tmp_path: Path):
    recording = tmp_path / "recording.json"
    real = RealFfmpegExecutor(await find_ffmpeg(ffmpeg_with_card(tmp_path / "card")))
    (sourced,) = await scenes(studio, 1)
    rendered = []
    for executor in (RecordingFfmpegExecutor(real, recording), None):
        ffmpeg = executor or FakeFfmpegExecutor.from_file(recording)
        store = FilesystemStore(tmp_path / ("real" if executor else "replayed"))
        shutil.copytree(studio.folder / "store", tmp_path / ("real" if executor else "replayed"), dirs_exist_ok=True)
        selector = EncoderSelector(FfmpegOnDemand(partial(_opened, ffmpeg)), "h264_nvenc", QUICK)
        stage = SegmentStage(
            store,
            FfmpegOnDemand(partial(_opened, ffmpeg)),
            MusicCache(store, ffmpeg_of()),
            encoders=EncoderAgreement(store, selector),
        )
        rendered.append(await stage.render(sourced))
    assert rendered[0] == rendered[1]
    arguments = [run.args for run in read_recording(recording) if "h264_nvenc" in run.args]
    assert len(arguments) == 2  # the trial and the segment
    at = arguments[1].index("-c:v")
    assert arguments[1][at : at + 2 + 12] == (
        *(
            "-c:v",
            "h264_nvenc",
            "-preset",
            "p5",
            "-tune",
            "hq",
            "-rc",
            "vbr",
            "-cq",
            "30",
            "-b:v",
            "0",
            "-spatial-aq",
            "1",
        ),
    )


async def _opened(ffmpeg: FfmpegExecutor) -> FfmpegExecutor:
    return ffmpeg


async def test_segments_of_cards_of_other_kinds_are_not_taken_for_each_other(studio: Studio, tmp_path: Path):
    (sourced,) = await scenes(studio, 1)
    devices = []
    for card in ("Card A", "Card B"):
        stage = worker(studio.store, "h264_nvenc", ffmpeg_with_card(tmp_path / card, card)).segments
        devices.append((await stage.render(sourced)).segment.device[:6])
    assert devices == ["Card A", "Card B"]


async def test_a_card_that_stops_working_is_not_taken_for_a_damaged_clip(studio: Studio, tmp_path: Path):
    program = ffmpeg_with_card(tmp_path / "card")
    card = worker(studio.store, "h264_nvenc", program)
    clip = await studio.clip(await make_clip(tmp_path / "clip.mp4", size="320x180"))
    sourced = await studio.sourced(samples=SAMPLES, clips=[clip], look=LOOK)
    await card.selector.selection()
    program.with_name("broken").touch()

    with pytest.raises(TransientError, match=r"h264_nvenc on Test Card 4.* stopped working: .*OpenEncodeSessionEx"):
        await card.segments.render(sourced)
    with pytest.raises(TransientError, match="stopped working"):
        await card.selector.check()

    program.with_name("broken").unlink()
    rendered = await card.segments.render(sourced)
    assert len(rendered.footage.clips) == 1
    await card.selector.require_working((await card.selector.selection()).preferred)
    await card.selector.check()
