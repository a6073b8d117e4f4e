import pytest

from services.assembly.encode import run_ffmpeg
from shared.errors import PermanentError, TransientError
from shared.media.process import Limits
from shared.media.programs import Ffmpeg


def program(tmp_path, script: str) -> Ffmpeg:
    """Stands in for ffmpeg: the same way of speaking, chosen words."""
    path = tmp_path / "ffmpeg"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return Ffmpeg(path=path, version="stand-in")


async def run(ffmpeg: Ffmpeg, tmp_path, **options):
    return await run_ffmpeg(ffmpeg, [], folder=tmp_path, limits=Limits(cpu=10), **options)


async def test_a_full_disk_is_worth_waiting_for(tmp_path):
    ffmpeg = program(tmp_path, "echo 'av_interleaved_write_frame(): No space left on device' >&2; exit 228")
    with pytest.raises(TransientError) as failure:
        await run(ffmpeg, tmp_path)
    assert failure.value.code == "storage_full"


async def test_a_failure_carries_the_last_words(tmp_path):
    ffmpeg = program(tmp_path, "for n in 1 2 3 4 5 6; do echo line $n >&2; done; exit 183")
    with pytest.raises(PermanentError, match=r"code 183: line 3 / line 4 / line 5 / line 6") as failure:
        await run(ffmpeg, tmp_path)
    assert failure.value.code == "render_failed"


async def test_an_ffmpeg_that_was_killed_may_succeed_later(tmp_path):
    with pytest.raises(TransientError) as failure:
        await run(program(tmp_path, "kill -KILL $$"), tmp_path)
    assert failure.value.code == "program_failed"


async def test_a_limit_it_ran_into_is_final(tmp_path):
    with pytest.raises(PermanentError, match="signal 25"):
        await run(program(tmp_path, "kill -XFSZ $$"), tmp_path)


async def test_progress_is_the_share_of_frames_written(tmp_path):
    told = []

    async def advance(fraction: float) -> None:
        told.append(fraction)

    ffmpeg = program(tmp_path, r"printf 'frame=5\nfps=1\nprogress=continue\nframe=10\nprogress=continue\nframe=25\n'")
    await run(ffmpeg, tmp_path, frames=20, advance=advance)
    assert told
    assert told[-1] == 1.0
    assert told == sorted(told)
