"""`scenewire make`, killed and interrupted again and again in the middle of one scene: none of it is the scene's fault."""

import asyncio
import signal
import time
from pathlib import Path

import pytest

from tests.e2e.test_make import until_nothing_runs
from tests.support.faults.shim import FfmpegShim
from tests.support.faults.world import until
from tests.support.product import SMALL, kill_group, run, start, stored_messages

STOPS_WITHIN_S = 12.0
"""The drain time of a single command is 1 s; it takes less than 3 s, and a busy machine some more."""

KILLS, INTERRUPTS = 9, 8


@pytest.fixture
def shim(tmp_path: Path) -> FfmpegShim:
    return FfmpegShim.gate(tmp_path / "ffmpeg", times=1_000)


async def at_work(shim: FfmpegShim, data: Path, cwd: Path) -> asyncio.subprocess.Process:
    """Starts the command and returns once it encodes the scene, which never ends."""
    runs = shim.runs
    process = await start(*WORDS, data=data, cwd=cwd, FFMPEG=str(shim.path))
    await until(lambda: shim.runs > runs or process.returncode is not None, "the scene is encoded", within_s=60)
    assert process.returncode is None
    return process


WORDS = ("make", "--script", "tea.txt", "--size", SMALL, "--json")


@pytest.mark.parametrize("interruption", ["kill", "Ctrl-C"])
async def test_row_75_make_is_interrupted_many_times_in_one_scene_and_then_completes(
    tmp_path: Path, shim: FfmpegShim, interruption: str
):
    data = tmp_path / "data"
    (tmp_path / "tea.txt").write_text("Tea\n\n" + "Tea is a drink, and it is made of leaves of the tea plant. " * 4)
    for _ in range(KILLS if interruption == "kill" else INTERRUPTS):
        process = await at_work(shim, data, tmp_path)
        if interruption == "kill":
            kill_group(process)
            await process.wait()
        else:
            process.send_signal(signal.SIGINT)
            told = time.monotonic()
            out, err = await process.communicate()
            assert time.monotonic() - told < STOPS_WITHIN_S
            assert process.returncode == 130
            assert b"press Ctrl-C again to stop at once" in err
            assert b"run the same command to resume" in out
        await until_nothing_runs(data)
    shim.open()
    finished = await run(*WORDS, data=data, cwd=tmp_path, FFMPEG=str(shim.path))
    assert finished.returncode == 0, finished.err
    assert Path(finished.result["video"]).stat().st_size > 0
    messages = stored_messages(data)
    assert (messages["script.requested"], messages["video.assembled"], messages["project.failed"]) == (1, 1, 0)
