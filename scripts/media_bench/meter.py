"""What a program costs, with everything it starts. Linux only."""

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

__all__ = ["Cost", "run_way"]

_LOOK: Final = 0.1
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Cost:
    """What one making of a film took."""

    busy: float
    """Processor seconds of all its processes."""
    wall: float
    memory: int
    """Bytes, at their most, of all its processes together; shared pages count once for each."""
    size: int
    """Bytes of the film."""
    said: dict[str, Any] = field(default_factory=dict)


async def run_way(way: str, folder: Path, film: Path, *options: str | int) -> Cost:
    """Makes a film in a way, a module beside this one, from a fresh copy of its inputs.

    Raises:
        RuntimeError: it failed; with what it said.
    """
    film.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="way-", dir=folder.parent) as name:
        work = Path(name) / "film"
        shutil.copytree(folder, work, copy_function=os.link)
        made = work / "made.mp4"
        began = time.monotonic()
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", f"scripts.media_bench.{way}", work, made, *map(str, options),
            stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        most = 0
        before = os.times()
        reading = asyncio.ensure_future(process.communicate())
        while not reading.done():
            most = max(most, _memory(process.pid))
            await asyncio.wait([reading], timeout=_LOOK)
        said = reading.result()[0]
        wall, after = time.monotonic() - began, os.times()
        if process.returncode:
            raise RuntimeError(f"{way} ended with {process.returncode}: {said.decode(errors='replace')}")
        shutil.copyfile(made, film)
    busy = after.children_user + after.children_system - before.children_user - before.children_system
    lines = said.decode().strip().splitlines()
    return Cost(busy, wall, most, film.stat().st_size, json.loads(lines[-1]) if lines else {})


def _memory(root: int) -> int:
    parents: dict[int, int] = {}
    pages: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue  # it has ended meanwhile
            parents[int(entry.name)], pages[int(entry.name)] = int(fields[1]), int(fields[21])
    ours, grew = {root}, True
    while grew:
        more = {pid for pid, parent in parents.items() if parent in ours} - ours
        ours, grew = ours | more, bool(more)
    return sum(pages.get(pid, 0) for pid in ours) * _PAGE
