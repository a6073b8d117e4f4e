"""docs/scaling.md holds what `scripts/capacity` computes."""

import pytest

from scripts.capacity.needs import Demand, needs
from scripts.capacity.page import PAGE, PLOT, with_tables
from scripts.capacity.plot import plot


def value(demand: Demand, name: str) -> float:
    return next(need.value for need in needs(demand) if need.name == name)


def test_the_page_has_the_computed_tables():
    text = PAGE.read_text(encoding="utf-8")
    assert text == with_tables(text), "python -m scripts.capacity.page"


def test_the_plot_is_that_of_the_measurements():
    assert PLOT.read_text(encoding="utf-8") == plot(), "python -m scripts.capacity.page"


def test_twice_the_videos_need_twice_as_much():
    once, twice = needs(Demand(per_day=50_000_000)), needs(Demand(per_day=100_000_000))
    for before, now in zip(once, twice, strict=True):
        assert now.value == pytest.approx(2 * before.value, rel=0.01), before.name


def test_loops_are_work_over_time():
    demand = Demand(per_day=86_400, seconds=100, peak=1, load=0.5, speech=0.25)
    assert value(demand, "`tts`: loops with a processor each") == 1 * 100 * 0.25 / 0.5


def test_speech_on_cards_needs_no_processors():
    assert value(Demand(per_day=1_000_000, speech=0), "`tts`: loops with a processor each") == 0
