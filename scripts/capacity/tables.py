"""The tables of docs/scaling.md."""

import random
from collections.abc import Sequence
from statistics import median, quantiles

from scripts.benchmarks.workers import SCENES
from scripts.capacity.costs import COSTS, work_times
from scripts.capacity.measured import MEASURED
from scripts.capacity.needs import Demand, needs
from scripts.capacity.simulation import Pipeline, Scenario
from scripts.capacity.validation import simulated_efficiency

__all__ = ["costs_table", "curve_table", "load_table", "needs_table", "single_table"]

_WORKERS = 32
_SMALL = 0.01
_SPEECH_PER_PICTURE = 4
"""Loops of `assembly` for each of `tts`, at which neither waits for the other."""


def costs_table() -> str:
    """Returns the measured costs and their sources."""
    rows = [(name, _exact(cost.value), cost.unit, cost.source) for name, cost in COSTS.items()]
    return _table(("cost", "value", "unit", "from"), rows)


def needs_table(demands: Sequence[Demand]) -> str:
    """Returns what each demand needs, a column each."""
    columns = [needs(demand) for demand in demands]
    rows = [
        (
            f"{first.name}{f', {first.unit}' if first.unit else ''}",
            *(_short(column[place].value) for column in columns),
            first.formula,
        )
        for place, first in enumerate(columns[0])
    ]
    return _table(("videos a day", *(f"{demand.per_day:,.0f}" for demand in demands), "how"), rows)


def curve_table() -> str:
    """Returns measured and simulated efficiency."""
    rows = []
    for row in MEASURED.rows:
        found = simulated_efficiency(
            row.workers, loops=row.loops, max_in_flight=row.max_in_flight, hop=MEASURED.hop_s, speed=MEASURED.speed
        )
        rows.append(
            (str(row.workers), str(row.loops), f"{row.max_in_flight:,}", f"{row.efficiency:.3f}", f"{found:.3f}")
        )
    return _table(("workers", "loops each", "`BUS_MAX_IN_FLIGHT`", "measured", "simulated"), rows)


def load_table(loads: Sequence[float] = (0.5, 0.8, 0.9, 0.95)) -> str:
    """Returns how long videos take at different loads of 32 loops of `assembly`, with and without kills."""
    rows = []
    for load in loads:
        cells = []
        for kills in (0.0, 1.0):
            times = _under_load(load, kills)
            cells += [f"{median(times):.0f}", f"{quantiles(times, n=20)[18]:.0f}"]
        rows.append((f"{load:.0%}", *cells))
    return _table(("load", "median, s", "95 %, s", "with a kill an hour of each worker: median, s", "95 %, s"), rows)


def single_table(loops: Sequence[int] = (1, 2, 4, 8, 16)) -> str:
    """Returns how long one video of ten scenes takes with more and more loops of `assembly`."""
    rows = []
    for number in loops:
        found = Pipeline(
            Scenario(
                workers=_workers(number), work=work_times(), scenes=lambda _: 10, arrivals=[0.0], hop=MEASURED.hop_s
            )
        ).run()
        rows.append((str(number), f"{found.first_scenes[0]:.1f}", f"{found.latencies[0]:.0f}"))
    return _table(("loops of `assembly`", "first scene narrated after, s", "video after, s"), rows)


def _workers(assembly: int) -> dict[str, int]:
    speech = max(1, assembly // _SPEECH_PER_PICTURE)
    return {"script": 1, "tts": speech, "sourcing": speech, "assembly": assembly}


def _under_load(load: float, kills: float) -> list[float]:
    """Returns the times of videos that are ordered at random, for two hours; the first minutes do not count."""
    generator = random.Random(2)  # noqa: S311 - the same in every run
    scene = COSTS["scene"].value * (COSTS["pictures"].value + COSTS["sound"].value)
    rate = load * _WORKERS / (scene * sum(SCENES) / len(SCENES))
    times, now = list[float](), 0.0
    while now < 7_200:
        now += generator.expovariate(rate)
        times.append(now)
    scenario = Scenario(
        workers=_workers(_WORKERS) | {"tts": 12},
        work=work_times(),
        scenes=lambda draws: draws.choice(SCENES),
        arrivals=times,
        hop=MEASURED.hop_s,
        kills=kills,
    )
    return Pipeline(scenario).run().latencies[len(times) // 8 :]


def _exact(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _short(value: float) -> str:
    if value >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.2g}" if value >= _SMALL else f"under {_SMALL}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(cells) + " |" for cells in (head, *rows)]
    return "\n".join([lines[0], "|" + "---|" * len(head), *lines[1:]])
