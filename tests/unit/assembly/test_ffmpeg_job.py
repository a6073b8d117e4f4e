import pytest

from scenewire.errors import PermanentError, TransientError
from scenewire.ffmpeg.command import Command, Generated, Input, NullSink, Output
from scenewire.ffmpeg.discovery import Ffmpeg
from scenewire.ffmpeg.executor import RealFfmpegExecutor
from scenewire.ffmpeg.filters import Chain, Filter
from scenewire.processes.run import Limits
from scenewire_assembly.ffmpeg_job import FfmpegJob, FrameProgress

COMMAND = Command(
    inputs=(Input(Generated(Chain((Filter("color"),)))),),
    outputs=(Output(NullSink(), None),),
)


def program(tmp_path, script: str, **options) -> RealFfmpegExecutor:
    """A shell script in place of ffmpeg."""
    path = tmp_path / "ffmpeg"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return RealFfmpegExecutor(Ffmpeg(path=path, version="stand-in"), **options)


async def run(ffmpeg: RealFfmpegExecutor, tmp_path, **options):
    return await FfmpegJob(ffmpeg, tmp_path).run(COMMAND, Limits(cpu=10), **options)


async def test_a_full_disk_is_retried(tmp_path):
    ffmpeg = program(tmp_path, "echo 'av_interleaved_write_frame(): No space left on device' >&2; exit 228")
    with pytest.raises(TransientError) as failure:
        await run(ffmpeg, tmp_path)
    assert failure.value.code == "storage_full"


async def test_a_failure_has_the_last_lines_of_the_error_output(tmp_path):
    ffmpeg = program(tmp_path, "for n in 1 2 3 4 5 6; do echo line $n >&2; done; exit 183")
    with pytest.raises(PermanentError, match=r"code 183: line 3 / line 4 / line 5 / line 6") as failure:
        await run(ffmpeg, tmp_path)
    assert failure.value.code == "render_failed"


async def test_a31_a_failure_carries_the_command_and_its_cause(tmp_path):
    with pytest.raises(PermanentError) as failure:
        await run(program(tmp_path, "exit 1"), tmp_path)
    arguments = "-hide_banner -v error -nostats -y -nostdin -progress pipe:1 -stats_period 0.5"
    assert failure.value.__notes__ == [f"ffmpeg {arguments} -f lavfi -i color -f null -"]
    with pytest.raises(TransientError) as timeout:
        await FfmpegJob(program(tmp_path, "sleep 60", timeout_s=0.1), tmp_path).run(COMMAND, Limits())
    assert timeout.value.code == "program_timeout"
    assert isinstance(timeout.value.__cause__, TimeoutError)
    assert timeout.value.__notes__


async def test_a_killed_ffmpeg_is_retried(tmp_path):
    with pytest.raises(TransientError) as failure:
        await run(program(tmp_path, "kill -KILL $$"), tmp_path)
    assert failure.value.code == "program_failed"


async def test_exceeding_a_limit_is_a_permanent_error(tmp_path):
    with pytest.raises(PermanentError, match="signal 25"):
        await run(program(tmp_path, "kill -XFSZ $$"), tmp_path)


async def test_progress_is_the_share_of_frames_written(tmp_path):
    fractions = []

    async def advance(fraction: float) -> None:
        fractions.append(fraction)

    ffmpeg = program(
        tmp_path, r"printf 'frame=5\nfps=1\nprogress=continue\nframe=10\nprogress=continue\nframe=25\nprogress=end\n'"
    )
    await run(ffmpeg, tmp_path, progress=FrameProgress(20, advance))
    assert fractions
    assert fractions[-1] == 1.0
    assert fractions == sorted(fractions)
