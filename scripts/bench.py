"""Times a film on this machine: made from nothing, and ordered again when every scene is stored.

scripts/bench.py [text file]
"""

import asyncio
import json
import os
import platform
import resource
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

from shared.media.process import run_program

_PATIENCE = 3_600.0


async def film(text: Path, folder: Path) -> tuple[float, float, dict[str, Any]]:
    """Makes the film; returns wall seconds, processor seconds and what the command said of it."""
    scenewire = Path(sysconfig.get_path("scripts")) / "scenewire"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = await run_program(
        [scenewire, "make", "--script", text, "--data", folder / "data", "--out", folder / "out", "--json"],
        timeout=_PATIENCE,
        env={name: value for name, value in os.environ.items() if name != "NATS_URL"},
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        sys.exit(f"scenewire make ended with {done.returncode}:\n{done.stderr}")
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    facts: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return done.duration, busy, facts


async def main() -> None:
    """Makes the film twice and prints a line for each."""
    text = Path(sys.argv[1] if len(sys.argv) > 1 else "examples/suez-canal.txt")
    print(f"{platform.machine()}, {len(os.sched_getaffinity(0))} processors, Python {platform.python_version()}")
    print(f"{'':12}{'wall s':>8}{'cpu s':>8}{'film s':>8}{'film s per wall s':>20}")
    with tempfile.TemporaryDirectory(prefix="scenewire-bench-") as name:
        for run in ("from nothing", "ordered again"):
            wall, busy, facts = await film(text, Path(name))
            length = facts["duration"]
            print(f"{run:13}{wall:7.1f}{busy:8.1f}{length:8.1f}{length / wall:20.1f}", flush=True)


asyncio.run(main())
