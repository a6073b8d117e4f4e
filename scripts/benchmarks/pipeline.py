"""The pipeline, in which a scene's picture is encoded while the next one is spoken, against one stage after the other.

The same order goes to two new stacks. One makes it as always. The other gets it with `--approve`: all scenes are narrated and find their footage first, and
the pictures are made after `scenewire approve`, given at once. Starting the stacks is not counted. Each way has two
turns, in the order a, b, b, a; the means are shown. The voice is Kokoro where its weights are
installed (see Speech), otherwise espeak, which speaks everything within a second: then there is little to overlap. On two processors, the pipeline keeps
both busy from the start; the more processors there are, the more it gains. The short form makes six scenes at 640x360, the long form the example of the
README at 1920x1080.
"""

import asyncio
import os
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Final

from scenewire.messages import FootageSourced, SegmentRendered
from scenewire.settings import default_data_folder
from scenewire_tts.engines.kokoro.weights import examine
from scripts.benchmarks.support.library import make_library, write_script
from scripts.benchmarks.support.meter import Cost, measure, metered, product_environment
from scripts.benchmarks.support.result import Aim, Column, Result, Table
from scripts.benchmarks.support.stack import SCENEWIRE, events_of, order, running_stack

TITLE: Final = "Pipeline"

_EXAMPLE: Final = Path("examples/suez-canal.txt")


@dataclass(frozen=True)
class _Times:
    first_picture_s: float
    cost: Cost


async def run(scratch: Path, *, long: bool) -> Result:
    """Makes the same video both ways."""
    width, height = (1920, 1080) if long else (640, 360)
    library = await make_library(scratch / "library", width=width, height=height)
    script = _EXAMPLE if long else write_script(scratch / "script.txt", 3)
    weights = Path(os.environ.get("TTS_WEIGHTS") or default_data_folder() / "weights").absolute()
    engine = "espeak" if examine(weights).missing("kokoro-onnx") else "kokoro-onnx"
    environment = {"TTS_ENGINE": engine, "TTS_WEIGHTS": str(weights), "LIBRARY_DIR": str(library)}
    options = ("--script", script, "--size", f"{width}x{height}")
    ways = {"pipeline": options, "stage after stage": (*options, "--approve")}
    made: dict[str, list[_Times]] = {name: [] for name in ways}
    for turn, name in enumerate((*ways, *reversed(ways))):  # the first turn finds cold caches
        made[name].append(await _made(scratch / f"{turn}", ways[name], environment))
    rows = {
        name: (
            fmean(times.first_picture_s for times in found),
            fmean(times.cost.wall_s for times in found),
            fmean(times.cost.processor_s for times in found),
        )
        for name, found in made.items()
    }
    pipelined = made["pipeline"][-1]
    programs = sorted(pipelined.cost.by_program.items(), key=lambda item: -item[1])
    return Result(
        tables=(
            Table(
                title=f"{script.name if long else 'Six scenes'}, {width}x{height}, {engine}",
                label="way",
                columns=(
                    Column(name="first picture, s"),
                    Column(name="wall s"),
                    Column(name="processor s"),
                ),
                rows=rows,
            ),
            Table(
                title="Processor seconds of the pipeline by program, sampled",
                label="program",
                columns=(Column(name="processor s", digits=2),),
                rows={name: (busy_s,) for name, busy_s in programs},
            ),
        ),
        aims=(
            Aim(
                name="first picture of the pipeline / of stage after stage",
                value=rows["pipeline"][0] / rows["stage after stage"][0],
                at_most=1,
            ),
        ),
    )


async def _made(data: Path, options: tuple[str | Path, ...], environment: dict[str, str]) -> _Times:
    first_picture_s = 0.0
    async with running_stack(data, **environment) as stack, metered(stack) as meter:
        began = time.monotonic()
        project_id, _ = await order(data, *options)
        sourced = 0
        approving: list[asyncio.Task[Cost]] = []

        def on_line(line: str) -> None:
            nonlocal first_picture_s, sourced
            (event,) = events_of(line)
            if event["event"] == SegmentRendered.SUBJECT and not first_picture_s:
                first_picture_s = time.monotonic() - began
            if event["event"] == FootageSourced.SUBJECT and "--approve" in options:
                sourced += 1
                if sourced == event["scene_count"]:
                    command = (*SCENEWIRE, "approve", project_id, "--data", data, "--json")
                    approving.append(asyncio.create_task(measure(command, environment=product_environment())))

        watching = (*SCENEWIRE, "watch", project_id, "--data", data, "--json")
        await measure(watching, environment=product_environment(), on_line=on_line)
        await asyncio.gather(*approving)
        cost = meter.cost
    return _Times(first_picture_s, cost)
