import json
import random
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenewire.messages import Message, SceneOrder, ScriptRequested
from scenewire.record.queries import Row
from scenewire_recorder.log_entries import read
from scenewire_recorder.projection.projection import ProjectRows, fold
from tests.support.builders import PROJECT, audio_rendered, scripted
from tests.unit.recorder.story import assembled, cancelled, delivered, failed, film, footage

AnyMessage = Message | ScriptRequested


def folded(messages: Sequence[AnyMessage], before: ProjectRows | None = None, *, first: int = 1) -> ProjectRows:
    entries = [read(message) for message in delivered(messages, first=first)]
    assert all(entry.valid for entry in entries)
    return fold(before or ProjectRows(project_id=str(PROJECT)), entries)


def project(messages: Sequence[AnyMessage]) -> Row:
    row = folded(messages).project
    assert row is not None
    return row


def without_times(rows: ProjectRows) -> Any:
    def plain(row: Row) -> Row:
        return {name: value for name, value in row.items() if not name.endswith("_at") and name != "last_active"}

    suggestions = {number: {k: plain(v) for k, v in rows.items()} for number, rows in rows.suggestions.items()}
    scenes = {number: plain(row) for number, row in sorted(rows.scenes.items())}
    return plain(rows.project or {}), scenes, suggestions, {k: plain(vars(v)) for k, v in sorted(rows.videos.items())}


@pytest.mark.parametrize(
    ("count", "step"),
    [
        (1, "script-generation"),
        (2, "voiceover"),
        (3, "voiceover"),
        (4, "visual-sourcing"),
        (5, "editing"),
        (6, "editing"),
        (7, "export"),
    ],
)
def test_b25_the_step_follows_the_messages(count: int, step: str):
    assert project(film(scene_count=1)[:count])["current_step"] == step


@settings(max_examples=100)
@given(st.randoms(use_true_random=False))
def test_row_52_b25_whatever_the_order_of_publication_a_run_ends_the_same(randomly: random.Random):
    messages = film()
    expected = without_times(folded(messages))
    randomly.shuffle(messages)
    seen = None
    for count in range(1, len(messages) + 1):
        step = project(messages[:count])["current_step"]
        rank = ["script-generation", "voiceover", "visual-sourcing", "editing", "export"].index(step)
        assert seen is None or rank >= seen
        seen = rank
    actual, scenes, suggestions, videos = without_times(folded(messages))
    assert (actual | {"visuals_provider": "dvids"}, scenes, suggestions, videos) == expected


def test_any_message_alone_makes_the_project():
    for message in [*film(), failed(), cancelled()]:
        row = project([message])
        assert row["id"] == str(PROJECT)
        assert row["name"]


def test_a_running_project_is_active():
    for count in range(1, len(film())):
        assert project(film()[:count])["status"] == "active"


@pytest.mark.parametrize(
    ("ends", "status"),
    [
        ([failed()], "error"),
        ([failed(), audio_rendered(PROJECT, 1, 3)], "error"),
        ([failed(), assembled(PROJECT, 3)], "complete"),
        ([assembled(PROJECT, 3), failed()], "complete"),
        ([assembled(PROJECT, 3), cancelled()], "complete"),
        ([cancelled(), assembled(PROJECT, 3)], "cancelled"),
        ([cancelled(), failed()], "cancelled"),
        ([failed(), cancelled()], "cancelled"),
    ],
)
def test_the_first_end_counts_but_a_failure_may_be_mended(ends: list[AnyMessage], status: str):
    assert project([*film()[:4], *ends])["status"] == status


def test_a_cancelled_film_that_was_finished_all_the_same_is_on_record():
    row = project([*film()[:-1], cancelled(), film()[-1]])
    assert row["status"] == "cancelled"
    assert row["video_path"].endswith("Tea_video.mp4")


def test_a_deliberate_second_run_begins_anew_and_keeps_the_film_until_there_is_another():
    again = film(revision=1)
    row = project([*film(), *again[:4]])
    assert (row["status"], row["current_step"]) == ("active", "voiceover")
    assert row["video_path"] is not None
    assert project([*film(), *again])["status"] == "complete"


def test_what_an_older_run_says_late_does_not_count_against_a_newer_one():
    late = footage(PROJECT, 1, 3, "stale")
    in_order = folded([*film()[:-1], late, *film(revision=1)])
    too_late = folded([*film()[:-1], *film(revision=1), late])
    assert without_times(too_late) == without_times(in_order)
    assert list(too_late.suggestions[1]) == ["s1r1", "other"]


def test_scenes_that_a_second_run_no_longer_has_are_gone():
    rows = folded([*film(scene_count=3), *film(scene_count=2, revision=1)])
    assert sorted(rows.scenes) == [1, 2]
    assert sorted(rows.suggestions) == [1, 2]
    assert rows.project is not None
    assert rows.project["total_duration"] == 4.0


def test_b10_a_scene_keeps_the_first_id_that_it_was_given():
    first = scripted(PROJECT, 1)
    renamed = first.scenes[0].model_copy(update={"id": uuid4()})
    rows = folded([first, audio_rendered(PROJECT, 1, 1).model_copy(update={"scene": renamed})])
    assert rows.scenes[1]["id"] == str(first.scenes[0].id)
    assert rows.scenes[1]["audio_file_path"]


def test_the_total_is_the_sum_of_what_was_spoken_so_far():
    assert project(film()[:5])["total_duration"] is None
    assert project(film()[:7])["total_duration"] == 4.0
    assert project(film()[:8])["total_duration"] == 6.0


def test_an_order_without_topic_is_named_by_its_words_until_the_script_names_it():
    text = ScriptRequested(project_id=PROJECT, text="A first line.\nAnd more.")
    assert (project([text])["name"], project([text])["topic"]) == ("A first line.", None)
    scenes = ScriptRequested(project_id=PROJECT, scenes=(SceneOrder(text="Scene one."),))
    assert project([scenes])["name"] == "Scene one."
    assert project([text, scripted(PROJECT)])["name"] == "Tea"
    assert project([scripted(PROJECT), text])["name"] == "Tea"


def test_the_target_is_kept_in_seconds_and_told_to_the_web_application_in_minutes():
    row = project([ScriptRequested(project_id=PROJECT, topic="Tea", target_duration=90)])
    assert row["target_duration"] == 90
    assert json.loads(row["config_json"]) == {"targetDuration": 1.5}


def test_settings_of_the_web_application_survive():
    before = folded([film()[0]])
    assert before.project is not None
    before.project["config_json"] = '{"ragContext": "news", "targetDuration": 2}'
    for rows, minutes in ((folded(film()[1:3], before, first=2), 2), (folded(film(), before.restarted([])), 1)):
        assert rows.project is not None
        config = json.loads(rows.project["config_json"])
        assert config == {"ragContext": "news", "targetDuration": minutes, "sceneCount": 3, "estimatedWords": 12}


def test_b46_footage_is_ranked_used_clips_first_then_by_score():
    message = footage(PROJECT, 1, 1, "used", "second", "third")
    candidates = message.footage.candidates
    reversed_order = message.footage.model_copy(update={"candidates": candidates[::-1]})
    rows = folded([message.model_copy(update={"footage": reversed_order})])
    suggestions = rows.suggestions[1]
    assert [(name, row["rank"]) for name, row in suggestions.items()] == [("used", 1), ("second", 2), ("third", 3)]
    assert rows.scenes[1]["selected_clip_id"] == suggestions["used"]["id"]
    assert suggestions["used"]["channel_title"] == "A. Maker, public domain"
    assert [row["download_status"] for row in suggestions.values()] == ["complete", "pending", "pending"]


def test_a_clip_that_no_search_listed_is_a_suggestion_too():
    message = footage(PROJECT, 1, 1, "used")
    unlisted = message.footage.model_copy(update={"candidates": ()})
    rows = folded([message.model_copy(update={"footage": unlisted})])
    row = rows.suggestions[1]["used"]
    assert (row["title"], row["provider"], row["duration"]) == ("Title of used", "dvids", 20)


def test_a_fold_leaves_the_rows_it_was_given_alone():
    before = folded(film()[:4])
    untouched = before.copy()
    folded(film(revision=1), before)
    assert before == untouched
