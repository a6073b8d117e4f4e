"""Compares whole videos by scenewire with one hand-written ffmpeg command, and with MoviePy.

All make the same cuts, with captions, at the same preset (veryfast) and CRF (21), from the same clips and narrations.

- **scenewire make**: the command, from an empty data folder: start, speech, search, encoding, delivery, record, and stop.
- **up + request**: the same order to a running stack. Starting and stopping is not counted; the command `request` is.
- **assembly**: its two stages in one process, without bus and services.
- **pictures**: the part of it that encodes the segments.
- **one graph**: decodes, scales, burns in, joins and encodes in one process, with one x264 thread for each processor. It is given the right
  gain, and measures, checks and records nothing.
- **MoviePy** encodes each clip, then all clips joined, then all with captions.

The library has ten clips of eight seconds at 25, 30 and 60 frames a second, as hard to encode as camera footage. The short form makes a minute at
1280x720, and the long form two minutes at 1920x1080. MoviePy makes the first scenes only.
"""

import os
import shutil
from pathlib import Path
from typing import Final

from scripts.benchmarks.support.inputs import write_messages
from scripts.benchmarks.support.library import make_library, write_script
from scripts.benchmarks.support.meter import MIB, Cost, measure, metered, product_environment
from scripts.benchmarks.support.methods import run_method
from scripts.benchmarks.support.result import Aim, Column, Plot, Result, Table
from scripts.benchmarks.support.stack import SCENEWIRE, order, running_stack, sourced_scenes, watch

TITLE: Final = "Whole videos"

_COLUMNS: Final = (
    Column(name="processor s"),
    Column(name="relative", digits=2),
    Column(name="wall s"),
    Column(name="peak MiB", digits=0),
)
_MOVIEPY_SCENES: Final = 4
_ORDER: Final = ("--title", "Quiet places", "--no-title", "--no-closing", "--no-credit-tags")
"""Nothing that the other methods don't draw."""


async def run(scratch: Path, *, long: bool) -> Result:
    """Makes the same video with every method."""
    width, height, paragraphs = (1920, 1080, 16) if long else (1280, 720, 8)
    library = await make_library(scratch / "library", width=width, height=height)
    script = write_script(scratch / "script.txt", paragraphs)
    options = ("--script", script, "--size", f"{width}x{height}", *_ORDER)
    environment = {"TTS_ENGINE": "espeak", "LIBRARY_DIR": str(library)}
    async with running_stack(scratch / "up", **environment) as stack:
        async with metered(stack) as meter:
            project_id, ordering = await order(scratch / "up", *options)
            (finished,) = (event for event in await watch(scratch / "up", project_id) if event["event"] == "finished")
        requested = meter.cost
    inputs = _inputs_of(scratch / "up", scratch / "inputs")
    first = _inputs_of(scratch / "up", scratch / "first", scenes=_MOVIEPY_SCENES)
    graph = (await run_method("graph", inputs, scratch / "graph.mp4")).cost
    make = (*SCENEWIRE, "make", *options, "--data", scratch / "make", "--out", scratch / "out", "--json")
    made = await measure(make, environment=product_environment(**environment))
    if _cuts(scratch / "make") != _cuts(scratch / "up"):
        raise RuntimeError("the two videos have different cuts")
    stages = await run_method("stages", inputs, scratch / "stages.mp4")
    first_graph = (await run_method("graph", first, scratch / "graph.mp4")).cost
    moviepy = (await run_method("moviepy", first, scratch / "moviepy.mp4")).cost
    first_stages = (await run_method("stages", first, scratch / "stages.mp4")).cost

    def row(cost: Cost, base: Cost, *, processor_s: float = 0.0) -> tuple[float, ...]:
        busy_s = processor_s or cost.processor_s
        return busy_s, busy_s / base.processor_s, cost.wall_s, cost.peak_bytes / MIB

    requested_s, pictures_s = requested.processor_s + ordering.processor_s, stages.report["segments"]
    what = f"{finished['scene_count']} scenes, {finished['duration']:.0f} s, {width}x{height}, 30 frames a second"
    return Result(
        tables=(
            Table(
                title=what,
                label="method",
                columns=_COLUMNS,
                rows={
                    "one graph": row(graph, graph),
                    "pictures": (pictures_s, pictures_s / graph.processor_s, None, None),
                    "assembly": row(stages.cost, graph),
                    "up + request": row(requested, graph, processor_s=requested_s),
                    "scenewire make": row(made, graph),
                },
                plot=Plot(column="processor s"),
            ),
            Table(
                title=f"The first {_MOVIEPY_SCENES} scenes of it",
                label="method",
                columns=_COLUMNS,
                rows={
                    "one graph": row(first_graph, first_graph),
                    "assembly": row(first_stages, first_graph),
                    "MoviePy": row(moviepy, first_graph),
                },
            ),
            Table(
                title="Processor seconds of `scenewire make` by program, sampled",
                label="program",
                columns=(Column(name="processor s", digits=2), Column(name="share, %")),
                rows={
                    name: (busy_s, 100 * busy_s / made.processor_s)
                    for name, busy_s in sorted(made.by_program.items(), key=lambda item: -item[1])
                },
            ),
        ),
        aims=(
            Aim(name="up + request / one graph", value=requested_s / graph.processor_s, at_most=1.05),
            Aim(name="pictures / one graph", value=pictures_s / graph.processor_s, at_most=1.05),
        ),
    )


def _inputs_of(data: Path, folder: Path, *, scenes: int | None = None) -> Path:
    """Writes what assembly was given, without its results, for the other methods; returns the folder."""
    folder.mkdir()
    content = Path("content")
    shutil.copytree(data / "artifacts" / content, folder / "store" / content, copy_function=os.link)
    sourced = sourced_scenes(data)[:scenes]
    brief = sourced[0].brief.model_copy(update={"scene_count": len(sourced)})
    write_messages(folder, [scene.model_copy(update={"brief": brief}) for scene in sourced])
    return folder


def _cuts(data: Path) -> list[object]:
    return [[(clip.file.sha256, clip.in_frame) for clip in scene.footage.clips] for scene in sourced_scenes(data)]
