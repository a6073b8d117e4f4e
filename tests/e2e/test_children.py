"""What child processes receive and import, and who may read the data folder."""

import asyncio
import json
import os
import re
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import nats
import pytest

from tests.support.media import make_clip
from tests.support.product import SMALL, bus_of, environment, events_of, kill_group, run, start

SCENEWIRE = Path(sysconfig.get_path("scripts")) / "scenewire"
NOBODY = 65_534
ODD_NAMES = ['größe "x" ü', "josé's \\ 100%20 $HOME {a} #?b=c", "line\nbreak\x01 ;"]
PROGRAMS = {"ffmpeg", "espeak/child.py", "probe/child.py", "nats-server", "scenewire_sourcing.servers.library"}
OUR_PACKAGES = tuple(f"scenewire_{name}" for name in ("cli", "script", "tts", "sourcing", "assembly", "recorder"))
SECRETS = {
    "GROQ_API_KEY": "gsk-0000",
    "DVIDS_API_KEY": "key-1111",
    "AWS_SECRET_ACCESS_KEY": "aws-2222",
    "DATABASE_URL": "postgresql://us:pw-3333@127.0.0.1:9/no",
    "NATS_PASSWORD": "pw-4444",
}

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
async def library(tmp_path: Path) -> Path:
    (tmp_path / "library").mkdir()
    await make_clip(tmp_path / "library" / "green tea.mp4", seconds=6)
    return tmp_path / "library"


@pytest.fixture
def script(tmp_path: Path) -> Path:
    (tmp_path / "tea.txt").write_text("Green tea\n\nGreen tea is steamed.\n")
    return tmp_path / "tea.txt"


@pytest.mark.parametrize("name", ODD_NAMES, ids=["quotes", "escapes", "control"])
async def test_a_data_folder_may_have_any_name(name: str, tmp_path: Path, library: Path, script: Path) -> None:
    data = tmp_path / name / "data"
    data.parent.mkdir()
    clips = library.rename(data.parent / "clips")
    order = ("make", "--script", str(script), "--size", SMALL, "--out", str(tmp_path / name / "out"))

    made = await run(*order, "--json", data=data, cwd=tmp_path, LIBRARY_DIR=str(clips))

    assert made.returncode == 0, made.err
    assert made.result["painted_scenes"] == []
    assert Path(made.result["video"]).is_relative_to(tmp_path / name / "out")
    listed = await run("list", "--json", data=data, cwd=tmp_path)
    assert [row["id"] for row in listed.events] == [made.result["project_id"]]
    assert (data / "scenewire.db").is_file()
    examined = await run("doctor", data=data, cwd=tmp_path)
    assert examined.returncode == 0, examined.out


async def test_doctor_finds_a_bus_that_does_not_start(tmp_path: Path) -> None:
    folder = tmp_path / "scripts"
    folder.mkdir()
    (folder / "nats-server").write_text("#!/bin/sh\nexit 1\n")
    (folder / "nats-server").chmod(0o755)
    # the scripts of the interpreter come first; they are led elsewhere by a name that only its own process sees
    (tmp_path / "lead").mkdir()
    (tmp_path / "lead" / "sitecustomize.py").write_text(
        f"import sysconfig\ntrue = sysconfig.get_path\nsysconfig.get_path = lambda name: {str(folder)!r}\n"
    )
    root = str(Path(__file__).parents[2])
    finished = await run(
        "doctor", "--json", data=tmp_path / "data", cwd=tmp_path, PYTHONPATH=f"{tmp_path / 'lead'}{os.pathsep}{root}"
    )

    (bus,) = [event for event in map(json.loads, finished.out.splitlines()) if event["what"] == "bus"]
    assert not bus["ok"]
    assert "nats-server did not start" in bus["uses"]
    assert finished.returncode == 1


async def test_no_child_process_receives_a_secret(tmp_path: Path, library: Path, script: Path) -> None:
    order = ("make", "--script", str(script), "--size", SMALL, "--no-record")
    settings = {"SCRIPT_PROVIDER": "outline", "SOURCING_SERVERS": "library", "LIBRARY_DIR": str(library)}
    process = await start(*order, data=tmp_path / "data", cwd=tmp_path, **settings, **SECRETS)
    seen: dict[str, bytes] = {}
    ended = asyncio.ensure_future(process.communicate())
    try:
        while not ended.done():
            for program, given in _programs_of(process.pid):
                seen[program] = seen.get(program, b"") + given
            await asyncio.sleep(0.002)
        assert process.returncode == 0, (await ended)[1].decode()
    finally:
        kill_group(process)

    assert seen.keys() == PROGRAMS
    for program, given in seen.items():
        assert b"PATH=" in given
        leaked = [value for value in [*SECRETS, "NATS_URL", *SECRETS.values()] if value.encode() in given]
        assert not leaked, f"{program} was given {leaked}"


async def test_nothing_in_the_working_folder_is_imported(tmp_path: Path, library: Path, script: Path) -> None:
    traps, marks = tmp_path / "traps", tmp_path / "marks"
    traps.mkdir()
    marks.mkdir()
    trap = f"import pathlib, sys; pathlib.Path({str(marks)!r}, __name__).write_text(' '.join(sys.argv))\n"
    for package in ("services", "shared", "cli", "scenewire", *OUR_PACKAGES):
        (traps / package).mkdir()
        (traps / package / "__init__.py").write_text(trap)
    for module in ("numpy", "av", "json", "sitecustomize", "espeakng_loader", "mcp"):
        (traps / f"{module}.py").write_text(trap)

    made = await _command("make", "--script", str(script), "--size", SMALL, "--json", cwd=traps, library=library)
    examined = await _command("doctor", cwd=traps, library=library)
    weights = await _command("weights", "check", str(tmp_path), cwd=traps, library=library)

    assert {path.name: path.read_text() for path in marks.iterdir()} == {}
    (finished,) = [json.loads(line) for line in made.splitlines() if b'"finished"' in line]
    assert finished["painted_scenes"] == []
    assert b"library, because" in examined
    assert b"cannot use this folder" in weights


@pytest.mark.parametrize(
    "command", [[SCENEWIRE], [sys.executable, "-P", "-m", "scenewire_cli"]], ids=["script", "-P -m"]
)
async def test_starting_the_command_imports_nothing_from_the_working_folder(command: list[str], tmp_path: Path) -> None:
    for module in ("typer", "json", "scenewire", "scenewire_cli"):
        (tmp_path / f"{module}.py").write_text("raise SystemExit('imported from the working folder')\n")
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}

    process = await asyncio.create_subprocess_exec(*command, "--version", cwd=tmp_path, env=env)

    assert await process.wait() == 0


async def test_the_password_of_the_bus_is_in_two_private_files_only(tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with _running(data) as printed:
        address = await run("endpoint", data=data, cwd=tmp_path)
        as_json = await run("endpoint", "--json", data=data, cwd=tmp_path)
        url = address.out.strip()
        password = url.removeprefix("nats://scenewire:").partition("@")[0]
        assert re.fullmatch(r"[\w-]{40,}", password)
        assert as_json.events[0]["nats"] == url == bus_of(data)

        client = await nats.connect(url)
        assert (await client.jetstream().account_info()).streams > 0
        await client.close()
        assert b"Authorization Violation" in await _asked_without_password(url)

        assert password not in printed
        assert not [line for line in _command_lines() if password.encode() in line]
        files = {
            path.name: path for path in data.rglob("*") if path.is_file() and password.encode() in path.read_bytes()
        }
        assert files.keys() == {"endpoint.json", "nats-server.conf"}
        assert {path.stat().st_mode & 0o777 for path in files.values()} == {0o600}
    async with _running(data):
        again = await run("endpoint", data=data, cwd=tmp_path)
        assert f"scenewire:{password}@" in again.out  # clients come back after a restart
    nothing = await run("endpoint", data=data, cwd=tmp_path)
    assert (nothing.returncode, nothing.out) == (1, "")
    assert "start one with `scenewire up`" in nothing.err


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can look at it as another user")
async def test_another_user_cannot_read_a_data_folder(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory() as name:
        place, data = Path(name), Path(name) / "data"
        place.chmod(0o755)
        data.mkdir(mode=0o755)
        (data / "logs").mkdir(mode=0o755)
        (data / "logs" / "scenewire.log").write_text("of an earlier version")
        assert "scenewire.log" in await _as_nobody("find", data, "-readable")
        async with _running(data):
            assert await _as_nobody("find", data, "-readable") == ""
            assert await _as_nobody("cat", data / "run" / "endpoint.json") == ""
        assert await _as_nobody("find", place, "-readable") == f"{place}\n"


def _programs_of(root: int) -> Iterator[tuple[str, bytes]]:
    """The programs that a process started, directly or not, each with its environment."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError):
                parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    ours = {root}
    while more := {pid for pid, parent in parents.items() if parent in ours} - ours:
        ours |= more
    for pid in ours - {root}:
        with suppress(OSError):
            words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
            words = [re.sub(r"/ffmpeg[^/]*$", "/ffmpeg", word) for word in words]
            for program in PROGRAMS:
                if any(word == program or word.endswith(f"/{program}") for word in words):
                    yield program, Path(f"/proc/{pid}/environ").read_bytes()


def _command_lines() -> Iterator[bytes]:
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            yield path.read_bytes()


async def _command(*arguments: str, cwd: Path, library: Path) -> bytes:
    """As installed, without a word about where our packages are."""
    env = environment(cwd.parent / "data", LIBRARY_DIR=str(library))
    env.pop("PYTHONPATH", None)
    process = await asyncio.create_subprocess_exec(
        SCENEWIRE, *arguments, cwd=cwd, env=env, stdout=asyncio.subprocess.PIPE, start_new_session=True
    )
    try:
        return (await process.communicate())[0]
    finally:
        kill_group(process)


@asynccontextmanager
async def _running(data: Path) -> AsyncIterator[str]:
    """`scenewire up`; yields all that it printed."""
    process = await start("up", "--json", "--nats-port", "-1", data=data, cwd=data.parent)
    try:
        async for event in events_of(process):
            if event["event"] == "ready":
                yield json.dumps(event)
                break
        process.terminate()
        async with asyncio.timeout(30):
            await process.wait()
    finally:
        kill_group(process)


async def _asked_without_password(url: str) -> bytes:
    """What the server says; nats-py would leave the refused connection open."""
    host, _, port = url.rpartition("@")[2].partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b'CONNECT {"verbose":false}\r\nPING\r\n')
    try:
        return await reader.read()
    finally:
        writer.close()
        await writer.wait_closed()


async def _as_nobody(*words: str | Path) -> str:
    process = await asyncio.create_subprocess_exec(
        *words, user=NOBODY, group=NOBODY, extra_groups=[], stdout=asyncio.subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    return (await process.communicate())[0].decode()
