"""Measures processor time and memory of a program and all its children. Linux only."""

import asyncio
import json
import os
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

__all__ = ["Cost", "run_method"]

_SAMPLE_INTERVAL_S: Final = 0.1
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Cost:
    """Cost of making one video."""

    busy: float
    """Processor seconds of all its processes."""
    wall: float
    memory: int
    """Peak bytes of all processes together; shared pages count once for each process."""
    size: int
    """Bytes of the video."""
    report: dict[str, Any] = field(default_factory=dict)


async def run_method(method: str, folder: Path, video: Path, *options: str | int) -> Cost:
    """Makes a video with a method, a module of this package, from a fresh copy of its inputs.

    Raises:
        RuntimeError: the method failed; with its output.
    """
    video.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="method-", dir=folder.parent) as name:
        work = Path(name) / "video"
        shutil.copytree(folder, work, copy_function=os.link)
        made = work / "made.mp4"
        began = time.monotonic()
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", f"scripts.media_bench.{method}", work, made, *map(str, options),
            stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        peak = 0
        before = os.times()
        reading = asyncio.ensure_future(process.communicate())
        while not reading.done():
            peak = max(peak, _memory(process.pid))
            await asyncio.wait([reading], timeout=_SAMPLE_INTERVAL_S)
        stdout = reading.result()[0]
        wall, after = time.monotonic() - began, os.times()
        if process.returncode:
            raise RuntimeError(f"{method} ended with {process.returncode}: {stdout.decode(errors='replace')}")
        shutil.copyfile(made, video)
    busy = after.children_user + after.children_system - before.children_user - before.children_system
    lines = stdout.decode().strip().splitlines()
    return Cost(busy, wall, peak, video.stat().st_size, json.loads(lines[-1]) if lines else {})


def _memory(root: int) -> int:
    parents: dict[int, int] = {}
    pages: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue  # the process has ended
            parents[int(entry.name)], pages[int(entry.name)] = int(fields[1]), int(fields[21])
    ours, grew = {root}, True
    while grew:
        more = {pid for pid, parent in parents.items() if parent in ours} - ours
        ours, grew = ours | more, bool(more)
    return sum(pages.get(pid, 0) for pid in ours) * _PAGE
