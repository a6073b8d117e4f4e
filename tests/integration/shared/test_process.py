"""Running programs: bounded, killable, and gone when we are."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from scenewire.errors import PermanentError, TransientError
from scenewire.processes.run import Limits, child_environment, run_program

PYTHON = sys.executable


async def test_output_errors_and_exit_code_come_back():
    program = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"
    done = await run_program([PYTHON, "-c", program], timeout=20)
    assert (done.stdout, done.stderr, done.returncode) == (b"out\n", "err", 3)


async def test_a27_a_program_without_input_reads_nothing():
    assert (await run_program([PYTHON, "-c", "print(len(input()))"], timeout=20)).returncode == 1


async def test_input_is_fed_and_a_program_that_stops_reading_does_no_harm():
    async def much() -> AsyncIterator[bytes]:
        for _ in range(200):
            yield b"x" * 65_536

    done = await run_program([PYTHON, "-c", "import sys; print(len(sys.stdin.read()))"], timeout=20, stdin=b"four")
    assert done.stdout == b"4\n"
    done = await run_program([PYTHON, "-c", "import sys; sys.stdin.read(1); sys.exit(5)"], timeout=20, stdin=much())
    assert done.returncode == 5


async def test_a_flood_of_errors_keeps_its_end_alone():
    program = (
        "import sys; [print('noise' * 100, file=sys.stderr) for _ in range(10_000)]; print('last', file=sys.stderr)"
    )
    done = await run_program([PYTHON, "-c", program], timeout=60)
    assert done.stderr.endswith("last")
    assert len(done.stderr) <= 8_192


async def test_output_can_be_read_as_it_comes():
    chunks: list[bytes] = []

    async def take(chunk: bytes) -> None:
        chunks.append(chunk)

    done = await run_program([PYTHON, "-c", "print('a' * 200_000)"], timeout=20, on_output=take)
    assert (len(b"".join(chunks)), done.stdout) == (200_001, b"")
    assert len(chunks) > 1


async def test_a_program_that_is_not_there_is_named():
    with pytest.raises(PermanentError, match="no-such-program") as caught:
        await run_program(["no-such-program"], timeout=1)
    assert caught.value.code == "program_missing"


async def test_a27_a_program_that_takes_too_long_is_killed_with_its_children(tmp_path: Path):
    with pytest.raises(TransientError) as caught:
        await run_program([PYTHON, "-c", parent_of_a_sleeper(tmp_path)], timeout=2)
    assert caught.value.code == "program_timeout"
    await gone(int((tmp_path / "child").read_text()))


async def test_a_program_whose_output_nobody_reads_any_more_is_killed_in_time():
    async def stuck(_chunk: bytes) -> None:
        await asyncio.Event().wait()

    flood = "import sys\nwhile True: sys.stdout.buffer.write(b'x' * 65_536)"
    async with asyncio.timeout(60):
        with pytest.raises(TransientError, match="did not end within"):
            await run_program([PYTHON, "-c", flood], timeout=1, on_output=stuck)


async def test_a_cancelled_run_kills_the_program_with_its_children(tmp_path: Path):
    run = asyncio.create_task(run_program([PYTHON, "-c", parent_of_a_sleeper(tmp_path)], timeout=60))
    await written(tmp_path / "child")
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    await gone(int((tmp_path / "child").read_text()))


async def test_a27_a_program_dies_with_a_killed_worker(tmp_path: Path):
    worker = (
        "import asyncio, sys\n"
        "from scenewire.processes.run import run_program\n"
        f"program = {sleeper(tmp_path)!r}\n"
        "asyncio.run(run_program([sys.executable, '-c', program], timeout=60))\n"
    )
    root = str(Path(__file__).parents[3])
    process = await asyncio.create_subprocess_exec(PYTHON, "-c", worker, env=os.environ | {"PYTHONPATH": root})
    await written(tmp_path / "child")
    process.send_signal(signal.SIGKILL)
    await process.wait()
    await gone(int((tmp_path / "child").read_text()))


@pytest.mark.parametrize(
    ("program", "limits"),
    [
        ("x = bytearray(1 << 30)", Limits(memory=512 << 20)),
        ("x = bytearray(1 << 30)", Limits(data=512 << 20)),
        ("while True: pass", Limits(cpu=1)),
        ("open('big', 'wb').write(bytes(1 << 22))", Limits(file_size=1 << 20)),
    ],
    ids=["memory", "data", "processor", "file"],
)
async def test_a27_a_program_is_held_to_its_limits(program: str, limits: Limits, tmp_path: Path):
    done = await run_program([PYTHON, "-c", program], timeout=60, limits=limits, cwd=tmp_path)
    assert done.returncode != 0


async def test_a_program_may_reserve_more_addresses_than_it_may_write_as_drivers_of_cards_do(tmp_path: Path):
    reserve = (
        "import ctypes, sys\n"
        "libc = ctypes.CDLL(None)\n"
        "libc.mmap.restype = ctypes.c_void_p\n"
        "libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]\n"
        "private, anonymous, no_reserve = 0x2, 0x20, 0x4000\n"
        "address = libc.mmap(None, 64 << 30, 0, private | anonymous | no_reserve, -1, 0)\n"
        "sys.exit(address == ctypes.c_void_p(-1).value)\n"
    )
    for limits, returncode in ((Limits(data=512 << 20), 0), (Limits(memory=512 << 20), 1)):
        done = await run_program([PYTHON, "-c", reserve], timeout=60, limits=limits, cwd=tmp_path)
        assert done.returncode == returncode


def sleeper(folder: Path) -> str:
    written_name = str(folder / "child")
    return (
        "import os, time\n"
        f"open({written_name!r} + '.part', 'w').write(str(os.getpid()))\n"
        f"os.rename({written_name!r} + '.part', {written_name!r})\n"
        "time.sleep(60)\n"
    )


def parent_of_a_sleeper(folder: Path) -> str:
    return f"import subprocess, sys\nsubprocess.check_call([sys.executable, '-c', {sleeper(folder)!r}])\n"


async def written(path: Path) -> None:
    async with asyncio.timeout(20):
        while not path.exists():
            await asyncio.sleep(0.02)


async def gone(pid: int) -> None:
    async with asyncio.timeout(10):
        while is_running(pid):
            await asyncio.sleep(0.02)


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


async def test_a_program_gets_a_small_environment_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("GROQ_API_KEY", "k")
    monkeypatch.setenv("LC_CTYPE", "C.UTF-8")
    monkeypatch.setenv("PYTHONSTARTUP", "/x")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(["", ".", "relative", str(tmp_path)]))

    done = await run_program(["env"], timeout=20)

    given = dict(line.split("=", 1) for line in done.stdout.decode().splitlines())
    assert given["PATH"] == os.environ["PATH"]
    assert given["PYTHONPATH"] == str(tmp_path)  # every other entry is the caller's working folder
    assert given["LC_CTYPE"] == "C.UTF-8"
    assert not {"GROQ_API_KEY", "PYTHONSTARTUP", "CUDA_HOME"} & given.keys()
    monkeypatch.setenv("CUDA_HOME", "/cuda")
    assert child_environment("CUDA_") == given | {"CUDA_HOME": "/cuda"}
