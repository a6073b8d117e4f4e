"""Tables on a terminal show whole values."""

from collections.abc import Callable
from typing import Any

import pytest
from rich.text import Text

from scenewire_cli.output.record_views import PROJECTS, print_cost, print_project, print_rows_or_json
from scenewire_cli.output.tables import Column, print_rows

STAGES = ("script", "narration", "footage", "segment", "video")


Terminal = Callable[[int], None]


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    def open_terminal(columns: int) -> None:
        monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
        monkeypatch.setenv("COLUMNS", str(columns))

    return open_terminal


def work(**changes: Any) -> dict[str, Any]:
    return {
        "scenes": 120,
        "results": 1234,
        "reused": 12,
        "cpu_seconds": 1_234.5,
        "wall_seconds": 9_876.5,
        "bytes_fetched": 98_79_876.500,
        "bytes_stored": 9_876_543_210,
        "input_tokens": 811_222,
        "output_tokens": 260_333,
        "characters": 5555,
        "money": 1.000278,
    } | changes


def test_all_measures_of_a_large_project_fit_a_terminal_of_80_columns(
    terminal: Terminal, capsys: pytest.CaptureFixture[str]
):
    terminal(80)
    stages = [{"stage": stage} | work() for stage in STAGES]
    print_cost({"stages": stages, "total": work(), "per_minute": None}, as_json=False)
    lines = Text.from_ansi(capsys.readouterr().out).plain.splitlines()
    assert max(map(len, lines)) <= 80
    rows = [line.split() for line in lines]
    assert [*STAGES, "total"] in rows
    assert ["tokens", "in", *["811222"] * 6] in rows
    assert ["money", *["1.000278"] * 6] in rows
    assert ["wall", *["9876.5", "s"] * 6] in rows


def test_measures_that_are_zero_everywhere_are_not_shown(terminal: Terminal, capsys: pytest.CaptureFixture[str]):
    terminal(80)
    stages = [{"stage": stage} | work(characters=0) for stage in STAGES]
    print_cost({"stages": stages, "total": work(characters=0), "per_minute": None}, as_json=False)
    out = capsys.readouterr().out
    assert "characters" not in out
    assert "tokens out" in out


def test_a_number_is_not_cropped_where_a_table_is_wider_than_the_terminal(
    terminal: Terminal, capsys: pytest.CaptureFixture[str]
):
    terminal(40)
    columns = [Column(f"column {number}", f"{number}") for number in range(6)]
    print_rows([{str(number): f"{number}23456789" for number in range(6)}], columns)
    out = capsys.readouterr().out
    assert all(f"{number}23456789" in out for number in range(6))


def test_a_project_that_failed_before_it_had_scenes_has_no_table_of_scenes(
    terminal: Terminal, capsys: pytest.CaptureFixture[str]
):
    terminal(80)
    ended = {"code": "budget_exceeded", "message": "the script would cost too much"}
    print_project({"id": "5f0c4b0e", "ended": ended, "ordered": None, "scenes": []}, "file:///artifacts")
    out = capsys.readouterr().out
    assert "the script would cost too much" in out
    assert "text" not in out


@pytest.mark.parametrize("as_json", [False, True])
def test_a_notice_takes_the_place_of_a_table_without_rows(
    as_json: bool, terminal: Terminal, capsys: pytest.CaptureFixture[str]
):
    terminal(80)
    print_rows_or_json("project", [], PROJECTS, as_json=as_json, nothing="no projects")
    assert capsys.readouterr() == ("", "no projects\n")
