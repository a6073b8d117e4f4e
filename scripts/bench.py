"""Times one video on this machine: start-up of the stack, wall time, first picture, and processor time by program.

scripts/bench.py [text file]

Settings of the environment count: `TTS_ENGINE=espeak`, or `TTS_WEIGHTS=<folder>` for a natural voice. How long a video of a
minute takes with each engine, and how far its speech and its encoding overlap:

    $ TTS_ENGINE=espeak python scripts/bench.py examples/suez-canal.txt
    $ TTS_WEIGHTS=~/models/kokoro python scripts/bench.py examples/suez-canal.txt

Reads processor time from /proc twenty times a second, so each process may use up to 0.05 s that are not counted. Linux
only.
"""

import asyncio
import json
import math
import os
import platform
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from scenewire.messages import SegmentRendered
from scenewire.processors import usable_processors

_TICKS_PER_S: Final = os.sysconf("SC_CLK_TCK")
_SAMPLE_INTERVAL_S: Final = 0.05

_PROGRAMS: Final = (
    ("ffmpeg", "ffmpeg"),
    ("espeak/child.py", "speech"),
    ("kokoro.model.child", "speech"),
    ("probe/child.py", "probing files"),
    ("nats-server", "nats-server"),
    ("servers.library", "footage server"),
)
"""A substring of the command line, and the name of that program's row."""

_SERVICES: Final = "services, recorder, command"


@dataclass
class Run:
    """A finished command: wall time in seconds, processor seconds by program, and the awaited event."""

    wall_s: float
    processor_s: Counter[str]
    event: dict[str, Any]
    first_picture_s: float
    """From the start until the first scene's picture is encoded; infinite without one."""
    speaking_s: float
    """How long speech used a processor."""
    overlap_s: float
    """How much of that ffmpeg did, too."""


class Meter:
    """Measures the processor time of a process and all its descendants, by program."""

    def __init__(self, root: int) -> None:
        self._root = root
        self._seen: dict[tuple[int, int], tuple[str, float]] = {}
        self._latest = time.monotonic()
        self.speaking_s = self.overlap_s = 0.0

    def sample(self) -> None:
        """Reads /proc once."""
        parents, ticks = {}, {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    fields = (entry / "stat").read_text().rpartition(")")[2].split()
                except OSError:
                    continue  # the process has ended
                pid = int(entry.name)
                parents[pid] = int(fields[1])
                ticks[pid] = (int(fields[19]), (int(fields[11]) + int(fields[12])) / _TICKS_PER_S)
        busy: set[str] = set()
        for pid, (started, seconds) in ticks.items():
            if self._is_descendant(pid, parents):
                key = (pid, started)
                kind = self._seen.get(key, ("", 0.0))[0]
                if kind in ("", _SERVICES):  # before exec, a child has our command line
                    kind = _kind(pid)
                before = self._seen.get(key, ("", 0.0))[1]
                if seconds > before:
                    busy.add(kind)
                self._seen[key] = (kind, max(seconds, before))
        now = time.monotonic()
        if "speech" in busy:
            self.speaking_s += now - self._latest
            self.overlap_s += (now - self._latest) * ("ffmpeg" in busy)
        self._latest = now

    def total(self) -> Counter[str]:
        """Processor seconds by program."""
        sums: Counter[str] = Counter()
        for kind, seconds in self._seen.values():
            sums[kind] += seconds  # type: ignore[assignment]  # Counter values are floats here
        return sums

    def _is_descendant(self, pid: int, parents: dict[int, int]) -> bool:
        while pid > 1:
            if pid == self._root:
                return True
            pid = parents.get(pid, 0)
        return False


def _kind(pid: int) -> str:
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return _SERVICES
    return next((name for word, name in _PROGRAMS if word in command), _SERVICES)


async def run(*arguments: str | Path, until: str) -> Run:
    """Runs the command, waits for an event and for the end of the command; stops the command at the event `ready`."""
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
            meter.sample()
            await asyncio.sleep(_SAMPLE_INTERVAL_S)

    watching = asyncio.create_task(watch())
    found: dict[str, Any] = {}
    wall, first_picture = 0.0, math.inf
    if process.stdout is not None:
        async for line in process.stdout:
            event = json.loads(line)
            if event["event"] == SegmentRendered.SUBJECT:
                first_picture = min(first_picture, time.monotonic() - began)
            if event["event"] == until:
                found, wall = event, time.monotonic() - began
                meter.sample()
                if until == "ready":
                    process.terminate()
    await process.wait()
    watching.cancel()
    if not found:
        sys.exit(f"scenewire {arguments[0]} ended with {process.returncode}")
    return Run(
        wall if until == "ready" else time.monotonic() - began,
        meter.total(),
        found,
        first_picture,
        meter.speaking_s,
        meter.overlap_s,
    )


async def main() -> None:
    """Prints the measurements."""
    text = Path(sys.argv[1] if len(sys.argv) > 1 else "examples/suez-canal.txt")
    print(f"{platform.machine()}, {usable_processors()} processors, Python {platform.python_version()}")
    with tempfile.TemporaryDirectory(prefix="scenewire-bench-") as name:
        data, out = Path(name) / "data", Path(name) / "out"
        ready = [
            (await run("up", "--nats-port", "-1", "--data", Path(name) / "empty", until="ready")).wall_s for _ in "123"
        ]
        print(f"from start to ready: {min(ready):.2f} s, best of {len(ready)}")
        make = ("make", "--script", text, "--data", data, "--out", out)
        first, again = await run(*make, until="finished"), await run(*make, until="finished")
    duration, busy = first.event["duration"], sum(first.processor_s.values())
    print(
        f"video of {duration:.1f} s, {first.event['scene_count']} scenes: wall {first.wall_s:.1f} s, processor {busy:.1f} s"
    )
    print(
        f"first picture after {first.first_picture_s:.1f} s; speaking for {first.speaking_s:.1f} s, encoding during "
        f"{first.overlap_s:.1f} s of it"
    )
    for kind, seconds in first.processor_s.most_common():
        print(f"  {kind:28}{seconds:7.2f} s{seconds / busy:8.1%}")
    other = busy - first.processor_s["ffmpeg"] - first.processor_s["speech"]
    print(f"neither ffmpeg nor speech: {other:.2f} s, {other / busy:.1%} of the total")
    print(f"same order again: wall {again.wall_s:.1f} s, processor {sum(again.processor_s.values()):.1f} s")


asyncio.run(main())
