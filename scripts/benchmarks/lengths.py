"""Longer and longer videos: whether a minute of video costs the same in all, and whether memory stays flat.

A running stack gets an order; starting it is not counted. espeak speaks, a library of ten small clips is the footage, and pictures are 320x180, so that
what grows with the number of scenes shows, if anything does: at 1920x1080, pictures are 20 times as expensive. *Services* is the process of all services,
*all* includes ffmpeg and the other children. The short form makes videos of about one and five minutes, the long form of 20 and 60 as well.
"""

from pathlib import Path
from typing import Final

from scripts.benchmarks.support.library import make_library, write_script
from scripts.benchmarks.support.meter import MIB, metered
from scripts.benchmarks.support.result import Aim, Column, Plot, Result, Table
from scripts.benchmarks.support.stack import order, running_stack, watch

TITLE: Final = "Long videos"

_PARAGRAPHS_A_MINUTE: Final = 8
_SHORT: Final = (1, 5)
_LONG: Final = (1, 5, 20, 60)


async def run(scratch: Path, *, long: bool) -> Result:
    """Makes a video of each length, each by a new stack."""
    library = await make_library(scratch / "library", width=320, height=180)
    rows: dict[str, tuple[float, ...]] = {}
    minutes = _LONG if long else _SHORT
    for length in minutes:
        data = scratch / f"{length}"
        script = write_script(scratch / f"{length}.txt", length * _PARAGRAPHS_A_MINUTE)
        async with (
            running_stack(data, TTS_ENGINE="espeak", LIBRARY_DIR=str(library)) as stack,
            metered(stack) as meter,
        ):
            project_id, _ = await order(data, "--script", script, "--title", "Quiet places", "--size", "320x180")
            (finished,) = (event for event in await watch(data, project_id) if event["event"] == "finished")
            cost = meter.cost
        a_minute = cost.processor_s / finished["duration"] * 60
        rows[str(length)] = (
            finished["duration"],
            finished["scene_count"],
            a_minute,
            cost.wall_s,
            cost.root_peak_bytes / MIB,
            cost.peak_bytes / MIB,
        )
    first, last = rows[str(minutes[0])], rows[str(minutes[-1])]
    return Result(
        tables=(
            Table(
                title="Videos of 320x180",
                label="minutes",
                columns=(
                    Column(name="seconds", digits=0),
                    Column(name="scenes", digits=0),
                    Column(name="processor s a minute"),
                    Column(name="wall s"),
                    Column(name="services, peak MiB", digits=0),
                    Column(name="all, peak MiB", digits=0),
                ),
                rows=rows,
                plot=Plot(column="processor s a minute", kind="line"),
            ),
        ),
        aims=(
            Aim(name=f"a minute of {minutes[-1]} minutes / of {minutes[0]}", value=last[2] / first[2], at_most=1.05),
            Aim(
                name=f"memory of services, {minutes[-1]} minutes / {minutes[0]}", value=last[4] / first[4], at_most=1.25
            ),
        ),
    )
