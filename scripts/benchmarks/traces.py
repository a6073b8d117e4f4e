"""What one trace a project costs: `scenewire make` of three short scenes with a collector that takes its spans over HTTP, and without.

Both ways take turns. Processor seconds are those of the command with all services in it. The short form makes two videos each way, the long form five.
"""

import sys
from pathlib import Path
from statistics import mean
from typing import Final

from scripts.benchmarks.support.meter import measure, product_environment
from scripts.benchmarks.support.result import Column, Result, Table
from tests.support.trace_collector import trace_collector

TITLE: Final = "Traces"

_TEXT: Final = "The Suez Canal joins two seas.\n\nIt was opened in 1869.\n\nThousands of ships pass it every year.\n"


async def run(scratch: Path, *, long: bool) -> Result:
    """Makes the video both ways, in turns."""
    script = scratch / "script.txt"
    script.write_text(_TEXT, encoding="utf-8")
    costs: dict[bool, list[float]] = {False: [], True: []}

    async def make(name: str, *, collector: str | None) -> float:
        variables = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector} if collector else {}
        options = ("--script", script, "--size", "320x180", "--out", scratch / name, "--data", scratch / f"{name}-data")
        cost = await measure(
            [sys.executable, "-m", "scenewire_cli", "make", *options],
            environment=product_environment(TTS_ENGINE="espeak", **variables),
        )
        return cost.processor_s

    pairs = 5 if long else 2
    with trace_collector() as collector:
        await make("first", collector=None)  # fills the caches of the system
        for pair in range(pairs):
            for is_traced in (False, True) if pair % 2 else (True, False):
                name = f"{pair}-{is_traced}"
                costs[is_traced].append(await make(name, collector=collector.url if is_traced else None))
        spans, sent = len(collector.spans) / pairs, sum(map(len, collector.bodies)) / pairs
    without, traced = mean(costs[False]), mean(costs[True])
    columns = (Column(name="processor s", digits=2), Column(name="share", digits=3), Column(name="spans", digits=0))
    return Result(
        tables=(
            Table(
                title="One video of three scenes, 320x180",
                label="way",
                columns=(*columns, Column(name="kB sent")),
                rows={
                    "without a collector": (without, 1, None, None),
                    "with a collector": (traced, traced / without, spans, sent / 1000),
                },
            ),
        ),
    )
