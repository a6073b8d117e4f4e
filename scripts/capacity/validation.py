"""Simulates what `scripts/benchmarks/workers.py` measures."""

from dataclasses import replace

from scripts.benchmarks.workers import SCENES, projects_in_progress
from scripts.capacity.costs import work_times
from scripts.capacity.simulation import Pipeline, Scenario

__all__ = ["simulated_efficiency"]

_WARM_UP_S = 20.0
_PERIOD_S = 400.0
"""Both in seconds of work as long as it is."""


def simulated_efficiency(workers: int, *, loops: int, max_in_flight: float, hop: float, speed: float) -> float:
    """Returns the share of their time that the loops of `assembly` work.

    Args:
        workers: replicas of `tts`, `sourcing` and `assembly`.
        loops: of each replica.
        max_in_flight: `BUS_MAX_IN_FLIGHT`.
        hop: see `Scenario`.
        speed: how many times shorter work is than measured.
    """
    loops *= workers
    warm, period = _WARM_UP_S / speed, _PERIOD_S / speed
    scenario = Scenario(
        workers={"script": 4, "tts": loops, "sourcing": loops, "assembly": loops},
        work=work_times(speed),
        scenes=lambda generator: generator.choice(SCENES),
        arrivals=[0.0] * projects_in_progress(loops),
        replaces=True,
        until=warm + period,
        hop=hop,
        max_in_flight=max_in_flight,
    )
    before = Pipeline(replace(scenario, until=warm)).run().busy["assembly"]
    return (Pipeline(scenario).run().busy["assembly"] - before) / period / loops
