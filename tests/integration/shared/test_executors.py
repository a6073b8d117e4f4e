"""The real ffmpeg behind the executors: what is recorded of it replays, and what the builder writes it reads."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from scenewire.errors import PermanentError, StalledError
from scenewire.ffmpeg.command import (
    UNTRUSTED_INPUT,
    Command,
    Console,
    File,
    Generated,
    Input,
    NullSink,
    Output,
    RawVideo,
    WorkdirFile,
)
from scenewire.ffmpeg.discovery import find_ffmpeg
from scenewire.ffmpeg.executor import FfmpegExecutor, FfmpegProgress, FfmpegRun, RealFfmpegExecutor
from scenewire.ffmpeg.fake import FakeFfmpegExecutor
from scenewire.ffmpeg.filters import Chain, Filter, Graph, Stream, Text
from scenewire.ffmpeg.observable import ObservableFfmpegExecutor
from scenewire.ffmpeg.opening import open_executor
from scenewire.ffmpeg.options import filter_video, limit_frames, map_stream
from scenewire.ffmpeg.recording import RecordingFfmpegExecutor, read_recording
from scenewire.messages import VideoAssembled
from scenewire.processes.run import Limits
from scenewire_assembly.ffmpeg_job import FfmpegJob
from tests.support.media import make_clip, pretend_clips
from tests.support.recorded import FRAMES, make_film

COLOUR = Input(Generated(Chain((Filter("color", s="64x64", r=25, d=1),))))


STILL = Input(Generated(Chain((Filter("color", s="64x64", r=25, d="0.04"),))))


@pytest.fixture
async def ffmpeg() -> FfmpegExecutor:
    return RealFfmpegExecutor(await find_ffmpeg())


async def test_a30_a_film_that_was_recorded_replays_the_same_twice(tmp_path, ffmpeg):
    path = tmp_path / "recording.json"
    films: list[VideoAssembled] = []
    for name in ("made", "replayed", "replayed again"):
        folder = tmp_path / name
        folder.mkdir()
        executor: FfmpegExecutor = RecordingFfmpegExecutor(ffmpeg, path)
        if films:
            executor = FakeFfmpegExecutor.from_file(path, version=ffmpeg.version)
        films.append((await make_film(folder, executor))[2])
    assert films[0].frames == FRAMES
    assert films[0] == films[1] == films[2]  # the hashes of all files among it


async def test_a37_services_run_it_seen_and_recorded_where_that_is_wanted(tmp_path):
    executor = await open_executor(record_dir=tmp_path / "recordings")
    assert isinstance(executor, ObservableFfmpegExecutor)
    command = Command(inputs=(COLOUR,), outputs=(Output(NullSink(), None, (limit_frames(1),)),))
    await FfmpegJob(executor, tmp_path).run(command, Limits())
    (recording,) = (tmp_path / "recordings").iterdir()
    (run,) = read_recording(recording)
    assert run.args == tuple(command.build(Console()))


async def test_a27_progress_comes_while_it_works_and_ends_with_all_frames(tmp_path, ffmpeg):
    seen: list[FfmpegProgress] = []

    async def on_progress(progress: FfmpegProgress) -> None:
        seen.append(progress)

    command = Command(inputs=(COLOUR,), outputs=(Output(WorkdirFile("a.mp4"), "mp4"),))
    await ffmpeg.run(FfmpegRun(arguments=tuple(command.build(Console())), folder=tmp_path, on_progress=on_progress))
    assert (seen[-1].frames, seen[-1].ended) == (25, True)
    assert seen[-1].seconds > 0.8  # up to the last picture's end, or in older ones up to its decoding time
    assert not any(progress.ended for progress in seen[:-1])


async def test_a27_what_it_may_write_is_bounded(tmp_path, ffmpeg):
    noise = Input(Generated(Chain((Filter("testsrc2", s="640x360", r=25, d=60), Filter("noise", alls=100)))))
    command = Command(inputs=(noise,), outputs=(Output(WorkdirFile("a.mp4"), "mp4"),))
    result = await ffmpeg.run(
        FfmpegRun(arguments=tuple(command.build(Console())), folder=tmp_path, limits=Limits(file_size=200_000))
    )
    assert result.returncode
    assert (tmp_path / "a.mp4").stat().st_size <= 200_000


async def test_a27_using_up_the_processor_is_the_command_s_fault_and_not_tried_again(tmp_path, ffmpeg):
    endless = Input(Generated(Chain((Filter("testsrc2", s="640x360", r=25), Filter("noise", alls=100)))))
    command = Command(inputs=(endless,), outputs=(Output(WorkdirFile("a.mp4"), "mp4"),))
    result = await ffmpeg.run(
        FfmpegRun(arguments=tuple(command.build()), folder=tmp_path, limits=Limits(cpu=1), timeout_s=120)
    )
    assert result.returncode not in {0, -signal.SIGKILL}


async def test_a27_it_ends_when_it_is_called_off(tmp_path, ffmpeg):
    began = asyncio.Event()

    async def on_progress(progress: FfmpegProgress) -> None:
        began.set()

    endless = Input(Generated(Chain((Filter("testsrc2", s="64x64", r=25),))))
    command = Command(inputs=(endless,), outputs=(Output(WorkdirFile("a.mp4"), "mp4"),))
    run = asyncio.create_task(
        ffmpeg.run(FfmpegRun(arguments=tuple(command.build(Console())), folder=tmp_path, on_progress=on_progress))
    )
    await began.wait()
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    size = (tmp_path / "a.mp4").stat().st_size
    await asyncio.sleep(0)
    assert (tmp_path / "a.mp4").stat().st_size == size


@pytest.mark.parametrize(
    "text",
    [
        "it's",
        "a:b",
        "a,b;c",
        "[v]",
        "back\\slash",
        "100%",
        "'\\:,;[]'",
        "a=b",
        "x',movie=y",
        "日本 \\N {b}",
        "a\nb",
        " padded\t",
    ],
)
@pytest.mark.parametrize("where", ["graph", "filter of an output"])
async def test_a32_ffmpeg_reads_text_as_it_was_written(text, where, tmp_path, ffmpeg):
    metadata = (Filter("metadata", "add", key="text", value=Text(text)), Filter("metadata", "print", file="text.txt"))
    if where == "graph":
        command = Command(
            inputs=(STILL,),
            graph=Graph((Chain(metadata, (Stream(0, "v"),), "v"),)),
            outputs=(Output(NullSink(), None, (map_stream("v"), limit_frames(1))),),
        )
    else:
        command = Command(
            inputs=(STILL,), outputs=(Output(NullSink(), None, (filter_video(Chain(metadata)), limit_frames(1))),)
        )
    await FfmpegJob(ffmpeg, tmp_path).run(command, Limits(cpu=10))
    assert (tmp_path / "text.txt").read_text().partition("\n")[2] == f"text={text}\n"


@pytest.mark.parametrize("name", ["-y.mp4", "a:b.mp4", "http:x.mp4", "concat:a|b.mp4", "per%03d.mp4", "it's [v].mp4"])
async def test_a32_a_file_of_any_name_is_read_and_written_as_that_file(name, tmp_path, ffmpeg):
    clip = await make_clip(tmp_path / "clip.mp4", seconds=0.2, size="64x64")
    (tmp_path / name).write_bytes(clip.read_bytes())
    command = Command(
        inputs=(Input(File(name), policy=UNTRUSTED_INPUT),),
        outputs=(Output(File(f"out {name}"), "mp4", (limit_frames(1),)),),
    )
    await FfmpegJob(ffmpeg, tmp_path).run(command, Limits(cpu=10))
    assert (tmp_path / f"out {name}").stat().st_size


@pytest.mark.parametrize("kind", ["concat", "playlist"])
async def test_a32_an_untrusted_file_cannot_make_ffmpeg_open_another(kind, tmp_path, ffmpeg):
    victim = await make_clip(tmp_path / "victim.mp4", seconds=0.2, size="64x64")
    pretender: Path = pretend_clips(tmp_path, victim=victim)[kind]
    command = Command(
        inputs=(Input(File(pretender.name), policy=UNTRUSTED_INPUT),), outputs=(Output(WorkdirFile("out.mp4"), "mp4"),)
    )
    with pytest.raises(PermanentError) as failure:
        await FfmpegJob(ffmpeg, tmp_path).run(command, Limits(cpu=10))
    assert failure.value.code == "render_failed"
    assert not (tmp_path / "out.mp4").exists()


async def no_report(_: FfmpegProgress) -> None:
    pass


async def test_a_run_whose_input_never_comes_is_ended_without_waiting_for_its_timeout(tmp_path):
    ffmpeg = RealFfmpegExecutor(await find_ffmpeg(), stall_timeout_s=1)
    os.mkfifo(tmp_path / "clip.y4m")
    writer = os.open(tmp_path / "clip.y4m", os.O_RDWR)  # it writes nothing, and never ends
    command = Command(inputs=(Input(WorkdirFile("clip.y4m")),), outputs=(Output(WorkdirFile("a.mp4"), "mp4"),))
    try:
        with pytest.raises(StalledError, match="made no progress for 1 s"):
            await ffmpeg.run(
                FfmpegRun(arguments=tuple(command.build(Console())), folder=tmp_path, on_progress=no_report)
            )
    finally:
        os.close(writer)


async def test_a_run_that_repeats_the_same_report_is_ended(tmp_path):
    reports: list[FfmpegProgress] = []
    stopped = asyncio.Event()

    async def on_progress(progress: FfmpegProgress) -> None:
        reports.append(progress)

    async def frames() -> AsyncIterator[bytes]:
        yield bytes(64 * 64 * 3) * 50
        await stopped.wait()

    ffmpeg = RealFfmpegExecutor(await find_ffmpeg(), stall_timeout_s=2)
    command = Command(
        inputs=(Input(RawVideo(pixel_format="rgb24", width=64, height=64, frame_rate=25)),),
        outputs=(Output(WorkdirFile("a.mp4"), "mp4"),),
    )
    arguments = tuple(command.build(Console()))
    with pytest.raises(StalledError):
        await ffmpeg.run(FfmpegRun(arguments=arguments, folder=tmp_path, stdin=frames(), on_progress=on_progress))
    assert not any(report.ended for report in reports)


async def test_a_run_that_computes_without_a_frame_is_not_stalled(tmp_path):
    ffmpeg = RealFfmpegExecutor(await find_ffmpeg(), stall_timeout_s=1)
    noise = Input(
        Generated(Chain((Filter("testsrc2", s="1920x1080", r=25, d=60), Filter("select", expr=Text("eq(n,1200)")))))
    )
    command = Command(inputs=(noise,), outputs=(Output(NullSink(), None, (limit_frames(1),)),))
    result = await ffmpeg.run(
        FfmpegRun(arguments=tuple(command.build(Console())), folder=tmp_path, on_progress=no_report)
    )
    assert result.returncode == 0
