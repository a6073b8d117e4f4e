"""Times a film on this machine: how soon the stack is ready, what the film costs and which program costs it.

scripts/bench.py [text file]

Processor time is read twenty times a second from /proc, so that a program may use up to a twentieth of a second more
than is counted. Linux only.
"""

import asyncio
import json
import os
import platform
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from scenewire.processors import usable_processors

_TICKS: Final = os.sysconf("SC_CLK_TCK")
_LOOK: Final = 0.05

_PROGRAMS: Final = (
    ("ffmpeg", "ffmpeg"),
    ("espeak_child", "speech"),
    ("probe_child", "probing files"),
    ("nats-server", "nats-server"),
    ("servers.library", "footage server"),
)
"""A word of the command line, and what the program does."""

_OURS: Final = "services, recorder, command"


@dataclass
class Run:
    """One command, ended."""

    wall: float
    busy: Counter[str]
    facts: dict[str, Any]


class Meter:
    """Processor time of a process and all its descendants, by what they do."""

    def __init__(self, root: int) -> None:
        self._root = root
        self._seen: dict[tuple[int, int], tuple[str, float]] = {}

    def look(self) -> None:
        """Reads /proc once."""
        parents, ticks = {}, {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    fields = (entry / "stat").read_text().rpartition(")")[2].split()
                except OSError:
                    continue  # it has ended meanwhile
                pid = int(entry.name)
                parents[pid] = int(fields[1])
                ticks[pid] = (int(fields[19]), (int(fields[11]) + int(fields[12])) / _TICKS)
        for pid, (started, seconds) in ticks.items():
            if self._is_ours(pid, parents):
                key = (pid, started)
                kind = self._seen.get(key, ("", 0.0))[0]
                if kind in ("", _OURS):  # a child is us until it has become its program
                    kind = _kind(pid)
                self._seen[key] = (kind, max(seconds, self._seen.get(key, ("", 0.0))[1]))

    def total(self) -> Counter[str]:
        """Seconds by what was done."""
        sums: Counter[str] = Counter()
        for kind, seconds in self._seen.values():
            sums[kind] += seconds  # type: ignore[assignment]  # a Counter of seconds
        return sums

    def _is_ours(self, pid: int, parents: dict[int, int]) -> bool:
        while pid > 1:
            if pid == self._root:
                return True
            pid = parents.get(pid, 0)
        return False


def _kind(pid: int) -> str:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return _OURS
    return next((name for word, name in _PROGRAMS if word in words), _OURS)


async def run(*arguments: str | Path, until: str) -> Run:
    """Runs the command until it prints an event, and on to its end unless that is only the beginning."""
    began = time.monotonic()
    unset = {"NATS_URL", "ARTIFACTS_URL", "DATABASE_URL"}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "scenewire_cli",
        *arguments,
        "--json",
        env={name: value for name, value in os.environ.items() if name not in unset},
        stdout=asyncio.subprocess.PIPE,
    )
    meter = Meter(process.pid)

    async def watch() -> None:
        while True:
            meter.look()
            await asyncio.sleep(_LOOK)

    watching = asyncio.create_task(watch())
    facts: dict[str, Any] = {}
    wall = 0.0
    if process.stdout is not None:
        async for line in process.stdout:
            event = json.loads(line)
            if event["event"] == until:
                facts, wall = event, time.monotonic() - began
                meter.look()
                if until == "ready":
                    process.terminate()
    await process.wait()
    watching.cancel()
    if not facts:
        sys.exit(f"scenewire {arguments[0]} ended with {process.returncode}")
    return Run(wall if until == "ready" else time.monotonic() - began, meter.total(), facts)


async def main() -> None:
    """Prints the figures."""
    text = Path(sys.argv[1] if len(sys.argv) > 1 else "examples/suez-canal.txt")
    print(f"{platform.machine()}, {usable_processors()} processors, Python {platform.python_version()}")
    with tempfile.TemporaryDirectory(prefix="scenewire-bench-") as name:
        data, out = Path(name) / "data", Path(name) / "out"
        ready = [
            (await run("up", "--nats-port", "-1", "--data", Path(name) / "empty", until="ready")).wall for _ in "123"
        ]
        print(f"from start to ready: {min(ready):.2f} s, best of {len(ready)}")
        make = ("make", "--script", text, "--data", data, "--out", out)
        first, again = await run(*make, until="finished"), await run(*make, until="finished")
    length, busy = first.facts["duration"], sum(first.busy.values())
    print(
        f"film of {length:.1f} s, {first.facts['scene_count']} scenes: wall {first.wall:.1f} s, processor {busy:.1f} s"
    )
    for kind, seconds in first.busy.most_common():
        print(f"  {kind:28}{seconds:7.2f} s{seconds / busy:8.1%}")
    other = busy - first.busy["ffmpeg"] - first.busy["speech"]
    print(f"neither ffmpeg nor speech: {other:.2f} s, {other / busy:.1%} of the whole")
    print(f"ordered again, every scene stored: wall {again.wall:.1f} s, processor {sum(again.busy.values()):.1f} s")


asyncio.run(main())
