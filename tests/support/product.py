"""The product as its users run it: the command in a process of its own, in a session of its own."""

import asyncio
import json
import os
import pty
import signal
import sqlite3
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SMALL = "320x180"


@dataclass(frozen=True)
class Finished:
    """How a command ended and what it printed."""

    returncode: int
    out: str
    err: str

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines() if line.startswith("{")]

    @property
    def result(self) -> dict[str, Any]:
        return next(event for event in reversed(self.events) if event["event"] == "finished")


def environment(data: Path, **changes: str) -> dict[str, str]:
    """Ours without what would lead the command elsewhere."""
    unset = {"NATS_URL", "ARTIFACTS_URL", "DATABASE_URL", "LIBRARY_DIR", "LOG_FILE"}
    unset |= {"SCRIPT_PROVIDER", "GROQ_API_KEY", "GROQ_API_KEY_FILE", "GROQ_BASE_URL", "GROQ_MODEL"}
    unset |= {"SOURCING_SERVERS"}
    unset |= {f"{archive}_API_KEY{file}" for archive in ("DVIDS", "PEXELS", "PIXABAY") for file in ("", "_FILE")}
    kept = {name: value for name, value in os.environ.items() if name not in unset}
    return kept | {"SCENEWIRE_DATA": str(data), "ASSEMBLY_PRESET": "ultrafast"} | changes


async def start(*arguments: str, data: Path, cwd: Path, **changes: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "scenewire_cli",
        *arguments,
        cwd=cwd,
        env=environment(data, **{"PYTHONPATH": str(Path(__file__).parents[2])} | changes),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )


async def run(*arguments: str, data: Path, cwd: Path, **changes: str) -> Finished:
    process = await start(*arguments, data=data, cwd=cwd, **changes)
    try:
        out, err = await process.communicate()
    finally:
        kill_group(process)
    return Finished(process.returncode or 0, out.decode(), err.decode())


async def run_on_a_terminal(
    *arguments: str, data: Path, cwd: Path, answer: str = "", **changes: str
) -> tuple[int, str]:
    """Runs the command on a terminal on which somebody types an answer; returns its exit code and all that it shows."""
    screen, terminal = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "scenewire_cli", *arguments),
        cwd=cwd,
        env=environment(data, PYTHONPATH=str(Path(__file__).parents[2]), TERM="xterm", **changes),
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
    )
    os.close(terminal)
    os.write(screen, answer.encode())
    shown = b""
    with suppress(OSError):  # EIO: nobody holds the terminal any more
        while part := await asyncio.to_thread(os.read, screen, 1 << 16):
            shown += part
    os.close(screen)
    return await process.wait(), shown.decode(errors="surrogateescape")


def kill_group(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


async def events_of(process: asyncio.subprocess.Process) -> AsyncIterator[dict[str, Any]]:
    assert process.stdout is not None
    while line := await process.stdout.readline():
        yield json.loads(line)


@asynccontextmanager
async def running_stack(data: Path, cwd: Path, *arguments: str, **changes: str) -> AsyncIterator[dict[str, Any]]:
    """`scenewire up`, ready; yields where it listens."""
    process = await start("up", "--json", "--nats-port", "-1", *arguments, data=data, cwd=cwd, **changes)
    try:
        async for event in events_of(process):
            if event["event"] == "ready":
                yield event | {"nats": bus_of(data)}
                break
        else:
            assert process.stderr is not None
            raise AssertionError((await process.stderr.read()).decode())
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(30):
            await process.wait()
    finally:
        kill_group(process)


def bus_of(data: Path) -> str:
    """The address of a running stack's bus, with its password."""
    return str(json.loads((data / "run" / "endpoint.json").read_text())["nats_url"])


def record(data: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"file:{data / 'scenewire.db'}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    return connection


def stored_messages(data: Path, project_id: str | None = None) -> Counter[str]:
    """How many messages of each subject the record holds; `segment.rendered` without its tokens."""
    with record(data) as connection:
        rows = connection.execute("SELECT subject, project_id FROM message_log").fetchall()
    return Counter(
        ".".join(row["subject"].split(".")[:2]) for row in rows if project_id is None or row["project_id"] == project_id
    )
