"""How `scenewire trace` draws the times of a video."""

import json
import sys
from io import StringIO

import pytest
from rich.console import Console

from scenewire.messages import ProjectFailed
from scenewire.record.timing import ProjectTiming
from scenewire_cli.output.timing import print_timing, waterfall
from tests.support import builders
from tests.support.builders import PROJECT
from tests.unit.shared.test_timing import a_video, order, row, timing


def drawn(times: ProjectTiming, width: int) -> list[str]:
    console = Console(width=width, file=StringIO(), highlight=False)
    console.print(waterfall(times, width))
    assert isinstance(console.file, StringIO)
    return console.file.getvalue().splitlines()


@pytest.mark.parametrize("width", [80, 120])
def test_each_scene_is_a_row_with_its_waits_and_its_work_in_proportion(width: int):
    lines = drawn(timing(*a_video()), width)
    assert max(map(len, lines)) <= width
    (scene,) = [line for line in lines if line.startswith("scene 2")]
    (video,) = [line for line in lines if line.startswith("video")]
    share = (width - 19) / 15  # columns a second
    assert scene.count("▓") == pytest.approx(3 * share, abs=1)
    assert scene.count("█") == pytest.approx(3 * share, abs=1)
    assert scene.count("·") == pytest.approx(4.5 * share, abs=2)
    assert video.index("▓") == pytest.approx(10 + 12 * share, abs=1)
    assert scene.endswith("6.5 s")


def test_the_critical_path_is_named_with_the_share_of_each_step_and_what_it_waited_for():
    lines = drawn(timing(*a_video()), 80)
    start = next(number for number, line in enumerate(lines) if line.startswith("Critical path"))
    path = [" ".join(line.split()) for line in lines[start + 1 : start + 6]]
    assert path == [
        "script 1.0 s 7% waited 0.50 s",
        "narration of scene 2 6.0 s 40% waited 3.0 s behind scene 1",
        "footage of scene 2 1.0 s 7% waited 0.50 s",
        "picture of scene 2 4.0 s 27% waited 1.0 s",
        "video 3.0 s 20%",
    ]


def test_retries_pauses_reuse_and_failures_are_shown():
    failed = ProjectFailed(project_id=PROJECT, stage="tts", scene_number=1, code="speech_failed", message="x")
    script = row(1, builders.scripted(PROJECT), 0.5, paused_s=0.25, deliveries=2, results_reused=1)
    text = "\n".join(drawn(timing(row(0, order()), script, row(9, failed, 4, deliveries=8)), 120))
    assert "failed after 9.0 s" in text
    assert "reused, delivered 2 times, paused 0.25 s" in text
    assert "! narration of scene 1: failed, delivered 8 times" in text
    assert "✗" in text


def test_an_unfinished_project_is_drawn_without_a_critical_path():
    text = "\n".join(drawn(timing(*a_video()[:5]), 80))
    assert "goes on; so far 4.0 s" in text
    assert "Critical path" not in text


def test_a_pipe_gets_a_line_of_columns_for_each_step(capsys: pytest.CaptureFixture[str]):
    assert not sys.stdout.isatty()
    print_timing(timing(*a_video()), as_json=False)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 8
    assert lines[1].split("\t") == [
        "narration",
        "1",
        "1.0",
        "0.2",
        "2.8",
        "1",
        "0.0",
        "False",
        "False",
        "False",
        "host:1",
    ]


def test_json_has_steps_path_and_stages(capsys: pytest.CaptureFixture[str]):
    print_timing(timing(*a_video()), as_json=True)
    event = json.loads(capsys.readouterr().out)
    assert (event["event"], event["total_s"], event["outcome"]) == ("trace", 15, "video.assembled")
    assert [part["seconds"] for part in event["critical_path"]] == [1, 6, 1, 4, 3]
    assert event["critical_path"][1]["behind"] == [1]
    assert [stage["stage"] for stage in event["stages"]] == ["script", "narration", "footage", "picture", "video"]
