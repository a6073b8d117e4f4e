"""Where the time of a video went: steps and critical path of constructed records."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from scenewire.messages import (
    Message,
    ProjectCancelled,
    ProjectDeleted,
    ProjectFailed,
    ScriptRequested,
    Work,
)
from scenewire.record.timing import ProjectTiming, timing_of
from tests.support import builders
from tests.support.builders import PROJECT
from tests.unit.recorder.story import assembled

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def work(started_s: float, **changes: Any) -> Work:
    values = {"service": "x", "worker": "host:1", "started_at": at(started_s), "wall_s": 1.0}
    return Work(**values | {"own_cpu_s": 0.0, "child_cpu_s": 0.0} | changes)


def row(published_s: float, message: Message | ScriptRequested, started_s: float | None = None, **changes: Any):
    if started_s is not None:
        message = message.model_copy(update={"work": work(started_s, **changes)})
    return {
        "published_at": at(published_s).isoformat(),
        "subject": message.subject,
        "body": message.model_dump_json(),
    }


def order() -> ScriptRequested:
    return ScriptRequested(project_id=PROJECT, topic="Tea")


def timing(*rows: Mapping[str, Any]) -> ProjectTiming:
    found = timing_of(str(PROJECT), 0, rows)
    assert found is not None
    return found


def a_video() -> list[Mapping[str, Any]]:
    """Scene 1 is spoken first; one worker speaks, and the picture of scene 2 is the last."""
    return [
        row(0, order()),
        row(1, builders.scripted(PROJECT), 0.5),
        row(1.1, builders.narration_requested(PROJECT, 1)),
        row(1.1, builders.narration_requested(PROJECT, 2)),
        row(4, builders.audio_rendered(PROJECT, 1), 1.2),
        row(7, builders.audio_rendered(PROJECT, 2), 4),
        row(4.5, builders.footage_sourced(PROJECT, 1), 4.1),
        row(8, builders.footage_sourced(PROJECT, 2), 7.5),
        row(6, builders.segment_rendered(PROJECT, 1), 4.6),
        row(12, builders.segment_rendered(PROJECT, 2), 9),
        row(15, assembled(PROJECT, 2), 12),
    ]


def test_the_critical_path_is_the_chain_of_messages_that_determined_the_end():
    found = timing(*a_video())
    assert [(part.step.stage, part.step.scene_number) for part in found.path] == [
        ("script", None),
        ("narration", 2),
        ("footage", 2),
        ("picture", 2),
        ("video", None),
    ]
    assert [part.seconds for part in found.path] == [1, 6, 1, 4, 3]
    assert found.total_s == sum(part.seconds for part in found.path) == 15
    assert (found.outcome, found.began_at, found.ended_at) == ("video.assembled", at(0), at(15))


def test_waits_are_told_from_work_and_name_the_scenes_that_were_worked_on_meanwhile():
    path = timing(*a_video()).path
    narration, footage = path[1], path[2]
    assert (narration.step.waited_s, narration.step.worked_s, narration.behind) == (3, 3, (1,))
    assert (footage.step.waited_s, footage.step.worked_s, footage.behind) == (0.5, 0.5, ())


def test_the_totals_of_a_stage_add_up_its_scenes():
    stages = {stage.stage: stage for stage in timing(*a_video()).stages}
    assert (stages["picture"].steps, stages["picture"].critical_s) == (2, 4)
    assert round(stages["picture"].worked_s, 6) == 4.4
    assert round(stages["narration"].waited_s, 6) == 3.2


def test_retries_pauses_and_reused_results_are_told():
    found = timing(
        row(0, order()),
        row(9, builders.scripted(PROJECT), 4, deliveries=3, paused_s=2.5, results_reused=1),
    )
    (step,) = found.steps
    assert (step.deliveries, step.paused_s, step.is_reused, step.waited_s) == (3, 2.5, True, 4)


def test_a_clock_that_is_wrong_moves_no_step_out_of_its_place():
    early = timing(row(0, order()), row(2, builders.scripted(PROJECT), -30)).steps[0]
    late = timing(row(0, order()), row(2, builders.scripted(PROJECT), 30)).steps[0]
    assert (early.waited_s, early.worked_s) == (0, 2)
    assert (late.waited_s, late.worked_s) == (2, 0)


def test_messages_without_an_account_count_as_work():
    (step,) = timing(row(0, order()), row(2, builders.scripted(PROJECT))).steps
    assert (step.waited_s, step.worked_s, step.worker) == (0, 2, "")


def test_the_path_of_a_failure_ends_in_the_step_that_failed():
    failed = ProjectFailed(project_id=PROJECT, stage="tts", scene_number=2, code="speech_failed", message="x")
    found = timing(*a_video()[:5], row(9, failed, 4, deliveries=8))
    assert [(part.step.stage, part.step.scene_number) for part in found.path] == [("script", None), ("narration", 2)]
    assert found.path[-1].step.has_failed
    assert found.outcome == "project.failed"
    assert found.total_s == sum(part.seconds for part in found.path) == 9


def test_an_unfinished_or_cancelled_project_has_steps_and_no_path():
    unfinished = timing(*a_video()[:6])
    cancelled = timing(*a_video()[:6], row(20, ProjectCancelled(project_id=PROJECT)))
    assert (unfinished.path, unfinished.outcome, unfinished.total_s) == ((), None, 7)
    assert (cancelled.path, cancelled.outcome, cancelled.total_s) == ((), "project.cancelled", 20)


def test_results_that_come_after_a_failure_leave_its_path_as_it_is():
    failed = ProjectFailed(project_id=PROJECT, stage="tts", scene_number=2, code="speech_failed", message="x")
    found = timing(*a_video()[:5], row(9, failed, 4), row(12, builders.footage_sourced(PROJECT, 1), 10))
    assert [(part.step.stage, part.step.scene_number) for part in found.path] == [("script", None), ("narration", 2)]
    assert found.total_s == sum(part.seconds for part in found.path) == 9
    assert found.steps[-1].stage == "footage"


def test_a_failure_of_no_stage_has_no_path():
    failed = ProjectFailed(project_id=PROJECT, stage="another", code="x", message="x")
    found = timing(*a_video()[:5], row(9, failed))
    assert (found.outcome, found.path, found.total_s) == ("project.failed", (), 9)


@pytest.mark.parametrize("later", [ProjectCancelled, ProjectDeleted])
def test_cancelling_or_deleting_a_finished_project_does_not_make_its_video_slower(later: type[ProjectCancelled]):
    found = timing(*a_video(), row(1000, later(project_id=PROJECT)))
    assert (found.outcome, found.total_s) == ("video.assembled", 15)
    assert sum(part.seconds for part in found.path) == 15


def test_footage_that_was_lost_and_made_again_is_two_steps_and_the_later_one_is_on_the_path():
    again = builders.audio_rendered(PROJECT, 2).model_copy(update={"redriven": ("footage",)})
    sourced = builders.footage_sourced(PROJECT, 2).model_copy(update={"redriven": ("footage",)})
    rows = [*a_video()[:8], row(8.5, again), row(10, sourced, 9), *a_video()[8:]]
    found = timing(*rows)
    footage = [step for step in found.steps if (step.stage, step.scene_number) == ("footage", 2)]
    assert [step.ended_at for step in footage] == [at(8), at(10)]
    assert footage[1] in [part.step for part in found.path]
    assert found.total_s == sum(part.seconds for part in found.path)


def test_no_messages_are_no_timing():
    assert timing_of(str(PROJECT), 1, []) is None
