"""What captions, cross-fades and stills cost, next to plain clips.

The stages of assembly make videos of generated sources at 1920x1080, 30 frames a second. *Pictures* are the processor seconds of the segments, a
second of video; *rest* is everything after them: sound (gain, encoding, measurement), join, checks and thumbnail. The short form makes two scenes of
two seconds, the long form four of five.
"""

from pathlib import Path
from typing import Final

from scripts.benchmarks.support.inputs import BenchVideo, make_inputs
from scripts.benchmarks.support.methods import run_method
from scripts.benchmarks.support.result import Column, Plot, Result, Table

TITLE: Final = "Captions, cross-fades and stills"


async def run(scratch: Path, *, long: bool) -> Result:
    """Makes a video with each of them."""
    scenes, seconds = (4, 5.0) if long else (2, 2.0)
    videos = {
        "clips": BenchVideo(scenes=scenes, seconds=seconds, captions=False),
        "clips with captions": BenchVideo(scenes=scenes, seconds=seconds),
        "two clips a scene, with a cross-fade": BenchVideo(scenes=scenes, seconds=seconds, captions=False, clips=2),
        "stills that are zoomed": BenchVideo(scenes=scenes, seconds=seconds, captions=False, stills="zoomed"),
        "stills that are panned": BenchVideo(scenes=scenes, seconds=seconds, captions=False, stills="panned"),
    }
    rows: dict[str, tuple[float, ...]] = {}
    plain_s = 0.0
    for name, video in videos.items():
        await make_inputs(scratch / name, video)
        report = (await run_method("stages", scratch / name, scratch / "made.mp4")).report
        pictures_s = report["segments"] / video.length
        plain_s = plain_s or pictures_s
        rows[name] = (pictures_s, pictures_s / plain_s, report["video"] / video.length)
    return Result(
        tables=(
            Table(
                title=f"{scenes} scenes of {seconds:.0f} s, 1920x1080, processor seconds a second of video",
                label="pictures",
                columns=(
                    Column(name="pictures", digits=2),
                    Column(name="relative", digits=2),
                    Column(name="rest", digits=2),
                ),
                rows=rows,
                plot=Plot(column="pictures"),
            ),
        )
    )
