"""How close the pictures of scenewire and of MoviePy come to a lossless version of the same edit, at the frame offset with the best score.

MoviePy encodes three times: each clip, all joined, all with captions. It may also start a clip one frame off, which would explain part of the
difference. Captions are off, and all sources have 30 frames a second. There is only a long form.
"""

from pathlib import Path
from typing import Final

from scripts.benchmarks.support.inputs import BenchVideo, make_inputs
from scripts.benchmarks.support.methods import run_method
from scripts.benchmarks.support.result import Column, Result, SkippedError, Table
from scripts.benchmarks.support.vmaf import vmaf

TITLE: Final = "Quality of pictures"

_AUDIO_MBIT: Final = 0.2
"""Of the bit rate of a whole video, what is not its picture's."""


async def run(scratch: Path, *, long: bool) -> Result:
    """Makes the same video three times, and compares each with the lossless one."""
    if not long:
        raise SkippedError("there is only a long form")
    video = BenchVideo(scenes=3, seconds=4, captions=False, rates=(30, 30, 30))
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
                title=f"{video.scenes} scenes of {video.seconds:.0f} s, {video.width}x{video.height}",
                label="method",
                columns=(Column(name="Mbit/s"), Column(name="VMAF")),
                rows=rows,
            ),
        )
    )
