"""How close the pictures of scenewire and of MoviePy come to a lossless version of the same edit, at the frame offset with the best score.

MoviePy encodes three times: each clip, all joined, all with captions. It may also start a clip one frame off, which would explain part of the
difference. Captions are off, and all sources have 30 frames a second. The short form makes two scenes of two seconds at 1280x720, the long form three
of four seconds at 1920x1080.
"""

from pathlib import Path
from typing import Final

from scripts.benchmarks.support.inputs import BenchVideo, make_inputs
from scripts.benchmarks.support.methods import run_method
from scripts.benchmarks.support.result import Column, Result, Table
from scripts.benchmarks.support.vmaf import vmaf

TITLE: Final = "Quality of pictures"

_AUDIO_MBIT: Final = 0.2
"""Of the bit rate of a whole video, what is not its picture's."""


async def run(scratch: Path, *, long: bool) -> Result:
    """Makes the same video three times, and compares each with the lossless one."""
    scenes, seconds, width, height = (3, 4.0, 1920, 1080) if long else (2, 2.0, 1280, 720)
    video = BenchVideo(scenes=scenes, seconds=seconds, width=width, height=height, captions=False, rates=(30, 30, 30))
    source, made, reference = scratch / "video", scratch / "made.mp4", scratch / "reference.mp4"
    await make_inputs(source, video)
    await run_method("graph", source, reference, "--lossless")
    rows: dict[str, tuple[float, ...]] = {}

    async def add(name: str, size: int) -> float:
        rate = size * 8 / video.length / 1e6
        rows[name] = (rate, await vmaf(made, reference))
        return rate

    rate = await add("scenewire", (await run_method("stages", source, made)).size)
    await add("MoviePy, same preset and CRF", (await run_method("moviepy", source, made)).size)
    bitrate = round((rate - _AUDIO_MBIT) * 1000)
    await add("MoviePy, similar size", (await run_method("moviepy", source, made, "--last-bitrate", bitrate)).size)
    return Result(
        tables=(
            Table(
                title=f"{scenes} scenes of {seconds:.0f} s, {width}x{height}",
                label="method",
                columns=(Column(name="Mbit/s"), Column(name="VMAF")),
                rows=rows,
            ),
        )
    )
