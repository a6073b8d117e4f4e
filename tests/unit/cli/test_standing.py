"""How far a project is: stage, percentage and time left, from its stored messages."""

from datetime import UTC, datetime, timedelta

import pytest

from scenewire.messages import StoredMessage
from scenewire_cli.output.tables import time_left
from scenewire_cli.progress.standing import ProjectStanding, state_of, with_states
from scenewire_cli.stack.data_folder import DataFolder, Endpoint
from tests.support import builders
from tests.support.builders import PROJECT

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def standing(*messages, seconds: float = 10) -> ProjectStanding:
    """The standing after messages of which each came some seconds after the one before."""
    found = ProjectStanding(project_id=str(PROJECT), name="Tea", last_active=NOON)
    for number, message in enumerate(messages, 1):
        at = int((NOON.timestamp() + number * seconds) * 1e9)
        found.apply(
            StoredMessage(
                stream="PIPELINE",
                sequence=number,
                subject=message.subject,
                published_at_ns=at,
                headers={},
                body=message.model_dump_json().encode(),
            )
        )
    return found


SCRIPT = builders.scripted(PROJECT, 4)
SPOKEN = [builders.audio_rendered(PROJECT, number, 4) for number in range(1, 5)]
SOURCED = [builders.footage_sourced(PROJECT, number, 4) for number in range(1, 5)]
RENDERED = [builders.segment_rendered(PROJECT, number, 4) for number in range(1, 5)]


@pytest.mark.parametrize(
    ("messages", "stage", "percent"),
    [
        ([], "script", 0),
        ([SCRIPT], "speech", 2),
        ([SCRIPT, *SPOKEN[:2], SOURCED[0], RENDERED[0]], "speech", 29),
        ([SCRIPT, *SPOKEN, *SOURCED[:3]], "footage", 27),
        ([SCRIPT, *SPOKEN, *SOURCED], "picture", 30),
        ([SCRIPT, *SPOKEN, *SOURCED, *RENDERED], "video", 95),
    ],
)
def test_stage_and_percentage_follow_from_the_scenes_of_each_stage(messages, stage: str, percent: int):
    found = standing(*messages)
    assert (found.stage, found.percent) == (stage, percent)


def test_the_time_left_is_known_from_the_third_picture_to_the_last():
    assert standing(SCRIPT, *SPOKEN, *SOURCED, *RENDERED[:2]).time_left is None
    assert standing(SCRIPT, *SPOKEN, *SOURCED, *RENDERED[:3]).time_left == timedelta(seconds=10)
    assert standing(SCRIPT, *SPOKEN, *SOURCED, *RENDERED).time_left is None  # joining them is not measured


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "under 1 min"), (29, "under 1 min"), (31, "about 1 min"), (5000, "about 83 min"), (7300, "about 2 h")],
)
def test_the_time_left_is_rounded(seconds: float, words: str):
    assert time_left(seconds) == words


def test_a_project_is_interrupted_without_a_stack_and_stalled_without_progress():
    found = standing(SCRIPT)
    assert state_of(found, alive=True) == "stalled"
    found.last_active = datetime.now(UTC)
    assert state_of(found, alive=True) == state_of(found, alive=None) == "running"
    assert state_of(found, alive=False) == "interrupted"


def test_a_storyboard_awaits_approval_once_all_footage_is_found_with_or_without_a_stack():
    waiting = SCRIPT.model_copy(update={"brief": SCRIPT.brief.model_copy(update={"awaits_approval": True})})
    found = standing(waiting, *SPOKEN, *SOURCED)
    assert [state_of(found, alive=alive) for alive in (True, False, None)] == ["awaiting_approval"] * 3
    assert state_of(standing(waiting, *SPOKEN, *SOURCED[:3]), alive=False) == "interrupted"


def test_rows_of_the_record_tell_alive_from_interrupted(tmp_path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    folder = DataFolder(tmp_path)
    folder.prepare()
    found = standing(SCRIPT, *SPOKEN)
    found.last_active = datetime.now(UTC)
    rows = [
        {"id": str(PROJECT), "status": "active"},
        {"id": "1", "status": "complete"},
        {"id": "2", "status": "error"},
        {"id": "3", "status": "active"},  # of another application
    ]
    with folder.ownership():
        folder.announce(Endpoint("nats://127.0.0.1:1", None))
        alive = [row["progress"] for row in with_states(rows, [found], folder)]
    gone = with_states(rows, [found], folder)
    assert alive == ["running, 20 %", "finished", "failed", "active"]
    assert [row["progress"] for row in gone] == ["interrupted, 20 %", "finished", "failed", "active"]
    assert [(row["state"], row["percent"], row["status"]) for row in gone[:2]] == [
        ("interrupted", 20, "active"),
        ("finished", 100, "complete"),
    ]
