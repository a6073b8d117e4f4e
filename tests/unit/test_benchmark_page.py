"""The page of the benchmarks shows every run."""

from datetime import UTC, datetime

import pytest

from scripts.benchmarks.support.page import aims, markdown
from scripts.benchmarks.support.result import Aim, Column, Result, Table
from scripts.benchmarks.support.runs import Outcome, Runs


def outcome(seconds: float, ratio: float) -> Outcome:
    table = Table(
        title="Two ways",
        label="way",
        columns=(Column(name="wall s"), Column(name="MiB", digits=0)),
        rows={"ours": (seconds, 10.0), "theirs": (2.0, None)},
    )
    found = Result(tables=(table,), aims=(Aim(name="ours / theirs", value=ratio, at_most=1.05),), notes=("A note.",))
    return Outcome(title="Ways", text="Compares ways.", seconds=seconds, result=found)


def runs(*outcomes: Outcome) -> Runs:
    return Runs(
        machine={"processors": "2"},
        is_long=False,
        started=datetime(2026, 11, 29, tzinfo=UTC),
        outcomes={"ways": list(outcomes)},
        loads=[0.5],
    )


def test_a_cell_shows_the_lowest_and_the_highest_value_of_all_runs() -> None:
    lines = list(markdown(runs(outcome(3.14, 1.0), outcome(1.0, 1.0)), "ways"))
    assert "| ours | 1.0 to 3.1 | 10 |" in lines
    assert "| theirs | 2.0 |  |" in lines
    assert "**Two ways** (`make bench ONLY=ways`)" in lines
    assert lines.count("A note.") == 1


@pytest.mark.parametrize(("ratio", "verdict"), [(1.05, "met"), (1.06, "**missed**")])
def test_an_aim_is_met_only_if_every_run_meets_it(ratio: float, verdict: str) -> None:
    (line,) = aims(runs(outcome(1, 0.9), outcome(1, ratio)))
    assert line == f"| ways | ours / theirs | at most 1.05 | 0.90 to {ratio:.2f} | {verdict} |"


def test_a_benchmark_that_was_skipped_or_failed_shows_why() -> None:
    skipped = Outcome(title="Ways", text="Compares ways.", skipped="no voice is installed")
    failed = Outcome(title="Ways", text="Compares ways.", failed="RuntimeError: it ended")
    lines = list(markdown(runs(skipped, failed), "ways"))
    assert "**Skipped:** no voice is installed" in lines
    assert "**Failed:** RuntimeError: it ended" in lines
