"""Runs a method of making a video in a process of its own, from a fresh copy of its inputs."""

import json
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from scripts.benchmarks.support.meter import Cost, measure

__all__ = ["Made", "run_method"]


@dataclass(frozen=True)
class Made:
    """A video that a method made.

    Attributes:
        cost: of the process.
        size: bytes of the video.
        report: what the method printed about it.
    """

    cost: Cost
    size: int
    report: dict[str, Any]


async def run_method(
    method: Literal["graph", "moviepy", "stages"], folder: Path, video: Path, *options: str | int
) -> Made:
    """Makes a video.

    Args:
        method: name of a module of this package, without `_method`.
        folder: the inputs, as `scripts.benchmarks.support.inputs` writes them.
        video: where the video is written.
        options: of the module's command line.

    Raises:
        RuntimeError: the method failed; with its output.
    """
    video.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="method-", dir=folder.parent) as name:
        work = Path(name) / "video"
        shutil.copytree(folder, work, copy_function=os.link)
        made = work / "made.mp4"
        module = f"scripts.benchmarks.support.{method}_method"
        cost = await measure([sys.executable, "-m", module, work, made, *map(str, options)])
        shutil.copyfile(made, video)
    lines = cost.output.splitlines()
    return Made(cost, video.stat().st_size, json.loads(lines[-1]) if lines else {})
