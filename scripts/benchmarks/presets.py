"""What presets, quality (CRF) and threads of x264 cost, how large videos get, and how close they come to a lossless version.

The stages of assembly make a video of two scenes from generated sources at 30 frames a second. Processor seconds are those of the segments, a second
of video. VMAF compares every fifth frame with a lossless version of the same edit. Scenes have four seconds, 1920x1080. There is only a
long form. ADR 21 records what was concluded from it.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from scripts.benchmarks.support.inputs import BenchVideo, make_inputs
from scripts.benchmarks.support.methods import run_method
from scripts.benchmarks.support.result import Column, Result, SkippedError, Table
from scripts.benchmarks.support.vmaf import vmaf

TITLE: Final = "Presets, quality and threads"

_Settings = tuple[str, int, int, int]
"""Preset, CRF, threads of each scene (0 takes all processors), and scenes at the same time."""

_SETTINGS: Final[Sequence[_Settings]] = (
    ("ultrafast", 23, 1, 2),
    ("ultrafast", 26, 1, 2),
    ("superfast", 23, 1, 2),
    ("veryfast", 19, 1, 2),
    ("veryfast", 21, 1, 2),
    ("veryfast", 23, 1, 2),
    ("faster", 23, 1, 2),
    ("medium", 20, 1, 2),
    ("medium", 23, 1, 2),
    ("veryfast", 21, 0, 1),
    ("veryfast", 21, 0, 2),
    ("veryfast", 21, 2, 1),
    ("veryfast", 21, 1, 1),
    ("veryfast", 21, 1, 4),
)


async def run(scratch: Path, *, long: bool) -> Result:
    """Makes the video with each setting."""
    if not long:
        raise SkippedError("there is only a long form")
    video = BenchVideo(scenes=2, seconds=4)
    source, made, reference = scratch / "video", scratch / "made.mp4", scratch / "reference.mp4"
    await make_inputs(source, video)
    await run_method("graph", source, reference, "--lossless")
    rows: dict[str, tuple[float, ...]] = {}
    for preset, crf, threads, jobs in _SETTINGS:
        options = ("--preset", preset, "--crf", crf, "--threads", threads, "--jobs", jobs)
        found = await run_method("stages", source, made, *options)
        score, rate = await vmaf(made, reference), found.size * 8 / video.length / 1e6
        name = f"{preset}, CRF {crf}, {threads or 'all'} threads, {jobs} at a time"
        rows[name] = (found.report["segments"] / video.length, found.cost.wall_s, rate, score)
    return Result(
        tables=(
            Table(
                title=f"{video.scenes} scenes of {video.seconds:.0f} s, {video.width}x{video.height}",
                label="setting",
                columns=(
                    Column(name="processor s a second", digits=2),
                    Column(name="wall s"),
                    Column(name="Mbit/s"),
                    Column(name="VMAF"),
                ),
                rows=rows,
            ),
        )
    )
