"""The simulation against queueing theory, and against workers that were measured."""

import math
import random
from collections.abc import Sequence
from itertools import accumulate

import pytest

from scripts.capacity.costs import work_times
from scripts.capacity.measured import MEASURED
from scripts.capacity.simulation import Outcome, Pipeline, Scenario, Work
from scripts.capacity.validation import simulated_efficiency

SERVICE_S = 2.0
ORDERS = 20_000


def fixed(_: random.Random) -> float:
    return SERVICE_S


def exponential(generator: random.Random) -> float:
    return generator.expovariate(1 / SERVICE_S)


def nothing(_: random.Random) -> float:
    return 0.0


def poisson(rate: float) -> Sequence[float]:
    generator = random.Random(7)
    return list(accumulate(generator.expovariate(rate) for _ in range(ORDERS)))


def only_pictures(service, *, workers: int, load: float, **changes) -> Outcome:
    """One stage with work, projects of one scene, and random arrivals."""
    scenario = {
        "workers": {"script": 1, "tts": 1, "sourcing": 1, "assembly": workers},
        "work": Work(script=nothing, speech=nothing, footage=nothing, picture=service, join=nothing),
        "scenes": lambda _: 1,
        "arrivals": poisson(load * workers / SERVICE_S),
        **changes,
    }
    return Pipeline(Scenario(**scenario)).run()


def mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def erlang_c(workers: int, offered: float) -> float:
    """Probability that a message waits, in M/M/c."""
    last = offered**workers / math.factorial(workers) * workers / (workers - offered)
    return last / (sum(offered**k / math.factorial(k) for k in range(workers)) + last)


@pytest.mark.parametrize("load", [0.5, 0.8])
def test_one_worker_waits_as_pollaczek_and_khinchine_say(load: float):
    found = only_pictures(fixed, workers=1, load=load)
    assert mean(found.waits["assembly"]) == pytest.approx(load * SERVICE_S / (2 * (1 - load)), rel=0.04)


@pytest.mark.parametrize(("workers", "load"), [(2, 0.8), (8, 0.9)])
def test_several_workers_wait_as_erlang_says(workers: int, load: float):
    found = only_pictures(exponential, workers=workers, load=load)
    expected = erlang_c(workers, load * workers) * SERVICE_S / (workers * (1 - load))
    assert mean(found.waits["assembly"]) == pytest.approx(expected, rel=0.1)


def test_work_of_fixed_length_halves_the_wait_of_several_workers():
    """M/D/c waits about half as long as M/M/c at a high load."""
    found = only_pictures(fixed, workers=8, load=0.95)
    waiting = erlang_c(8, 0.95 * 8) * SERVICE_S / (8 * 0.05)
    assert 0.4 < mean(found.waits["assembly"]) / waiting < 0.6


def test_projects_in_progress_are_arrivals_times_their_time():
    load = 0.7
    found = only_pictures(fixed, workers=4, load=load)
    assert found.in_progress == pytest.approx(load * 4 / SERVICE_S * mean(found.latencies), rel=0.02)


def test_the_slowest_stage_decides_how_much_is_made():
    work = Work(script=nothing, speech=lambda _: 1.0, footage=lambda _: 0.5, picture=lambda _: 4.0, join=lambda _: 1.0)
    workers = {"script": 1, "tts": 2, "sourcing": 1, "assembly": 8}
    scenario = Scenario(workers=workers, work=work, scenes=lambda _: 5, arrivals=[0.0] * 400)
    found = Pipeline(scenario).run()
    rate = 400 * 5 / found.ended
    assert rate == pytest.approx(8 / (4.0 + 1.0), rel=0.02)


def test_the_limit_of_messages_in_flight_caps_all_workers():
    found = {
        limit: simulated_efficiency(64, loops=2, max_in_flight=limit, hop=0.01, speed=1.0) for limit in (64, 128, 1_000)
    }
    assert found[64] == pytest.approx(0.5, abs=0.01)
    assert found[128] > 0.98
    assert found[1_000] > 0.98


def test_tries_that_failed_hold_the_others_up_only_below_the_limit():
    def scenes_per_s(limit: float) -> float:
        scenario = Scenario(
            workers={"script": 1, "tts": 8, "sourcing": 8, "assembly": 8},
            work=Work(script=nothing, speech=nothing, footage=nothing, picture=lambda _: 0.1, join=nothing),
            scenes=lambda _: 10,
            arrivals=[0.0] * 500,
            max_in_flight=limit,
            failures=0.3,
        )
        found = Pipeline(scenario).run()
        return found.busy["assembly"] / found.ended

    assert scenes_per_s(8) < 0.6 * scenes_per_s(math.inf)


def test_kills_cost_what_they_interrupt():
    calm = only_pictures(fixed, workers=4, load=0.5)
    killed = only_pictures(fixed, workers=4, load=0.5, kills=60.0, restart=10.0)
    assert killed.busy == pytest.approx(calm.busy)  # nothing is lost, nothing counts twice
    share = 1 - math.exp(-60 / 3600 * SERVICE_S)
    assert killed.repeated / len(killed.latencies) == pytest.approx(share / (1 - share), rel=0.1)
    assert mean(killed.latencies) > mean(calm.latencies)


@pytest.mark.parametrize("row", MEASURED.rows, ids=lambda row: f"{row.workers}x{row.loops}-{row.max_in_flight}")
def test_it_is_as_efficient_as_the_measured_workers(row):
    found = simulated_efficiency(
        row.workers, loops=row.loops, max_in_flight=row.max_in_flight, hop=MEASURED.hop_s, speed=MEASURED.speed
    )
    assert found == pytest.approx(row.efficiency, abs=0.03)


def test_the_cost_of_work_is_that_of_the_pages():
    generator = random.Random(1)
    work = work_times()
    pictures = mean([work.picture(generator) for _ in range(20_000)])
    assert pictures == pytest.approx(1.164 * 6.304, rel=0.02)
