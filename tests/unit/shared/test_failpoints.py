"""Failpoints do nothing unless the environment names them, and act once where that is asked for."""

from pathlib import Path

import pytest
from structlog.contextvars import bound_contextvars

from scenewire.failpoints import FailpointError, Point, failpoint


def passed(point: Point) -> bool:
    try:
        failpoint(point)
    except FailpointError:
        return False
    return True


def test_without_the_variable_every_point_is_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FAILPOINT", raising=False)
    assert all(map(passed, Point))


def test_only_the_named_point_acts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAILPOINT", "P3:raise")
    assert [point for point in Point if not passed(point)] == [Point.STORED]


@pytest.mark.parametrize("scope", ["tts", "project", "3"])
def test_a_scope_is_that_of_the_message_that_is_handled(monkeypatch: pytest.MonkeyPatch, scope: str) -> None:
    monkeypatch.setenv("FAILPOINT", f"{scope}.P0:raise")
    assert passed(Point.FETCHED)
    with bound_contextvars(durable="tts-fanout", project_id="another", scene_number=2):
        assert passed(Point.FETCHED)
    with bound_contextvars(durable="tts", project_id="project", scene_number=3):
        assert not passed(Point.FETCHED)


def test_a_failpoint_that_acts_once_leaves_the_next_process_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FAILPOINT", "P0:raise")
    monkeypatch.setenv("FAILPOINT_ONCE", str(tmp_path / "once"))
    assert [passed(Point.FETCHED) for _ in range(3)] == [False, True, True]


def test_an_unknown_action_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAILPOINT", "P0:explode")
    with pytest.raises(ValueError, match="explode"):
        failpoint(Point.FETCHED)
