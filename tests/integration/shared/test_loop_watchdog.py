"""A process whose event loop hangs ends itself. Each test runs such a process."""

import asyncio
import signal
import sys
from pathlib import Path

import pytest

from tests.support.product import environment, kill_group

WATCHED = """
import asyncio, time
from scenewire.observability.logging_setup import configure_logs
from scenewire.observability.loop_watchdog import LoopWatchdog

def block_for_ever():
    time.sleep(600)

async def main():
    LoopWatchdog("tts", 0.6).start()
    for _ in range(5):
        await asyncio.sleep(0.3)
    print("ready", flush=True)
    await asyncio.to_thread(input)
    block_for_ever()

configure_logs()
asyncio.run(main())
"""

EMBEDDED = """
import asyncio, time
from pathlib import Path
from scenewire_cli.stack.connection import embedded
from scenewire_cli.stack.data_folder import DataFolder

async def main():
    async with embedded(DataFolder(Path.cwd())):
        time.sleep(600)

asyncio.run(main())
"""


async def child(code: str, folder: Path, **settings: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", code),
        cwd=folder,
        env=environment(folder, **settings),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )


async def ready(process: asyncio.subprocess.Process) -> None:
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"


async def test_a_process_whose_event_loop_hangs_logs_what_blocks_it_and_ends(tmp_path):
    process = await child(WATCHED, tmp_path)
    try:
        await ready(process)
        _, errors = await process.communicate(b"\n")
    finally:
        kill_group(process)
    assert process.returncode == 70
    assert b"event_loop_hangs" in errors
    assert b"in block_for_ever" in errors


async def test_a_process_that_was_suspended_goes_on(tmp_path):
    process = await child(WATCHED, tmp_path)
    try:
        await ready(process)
        process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(2)  # longer than its loop may hang
        process.send_signal(signal.SIGCONT)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(process.wait(), 1)
    finally:
        kill_group(process)
        await process.communicate()


async def test_a_command_whose_event_loop_hangs_says_so_and_is_logged_once(tmp_path):
    process = await child(EMBEDDED, tmp_path, EVENT_LOOP_TIMEOUT="2")
    try:
        _, errors = await process.communicate()
    finally:
        kill_group(process)
    assert process.returncode == 70
    assert errors == b"error: the event loop did not respond for 2 s; run the same command again to resume\n"
    assert (tmp_path / "logs" / "scenewire.log").read_text().count("event_loop_hangs") == 1
