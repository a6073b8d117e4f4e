"""The work behind messages: one row each, whatever arrives twice, gets lost or is rebuilt."""

import json
from dataclasses import replace

import pytest

from scenewire.errors import PermanentError
from scenewire.messages import StoredMessage
from scenewire.record import reads
from scenewire.record.costs import costs
from scenewire_recorder.log_entries import read
from tests.support.builders import PROJECT
from tests.unit.recorder.story import Database, accounted, cancelled, deleted, delivered, film
from tests.unit.recorder.test_rebuild import execute, rebuild


async def test_every_result_has_a_row_of_its_stage_and_scene(database: Database):
    await database.record(delivered(film()))
    rows = database.rows("SELECT stage, scene_number FROM work ORDER BY stage, scene_number")
    scenes = [(stage, number) for stage in ("footage", "narration", "picture") for number in (1, 2, 3)]
    expected = [*scenes, ("script", None), ("video", None)]
    assert [(row["stage"], row["scene_number"]) for row in rows] == expected
    script = database.row("SELECT * FROM work WHERE stage = 'script'")
    assert script["started_at"] == "2026-11-21T12:00:00.000Z"
    assert (script["requests"], script["input_tokens"], script["output_tokens"]) == (2, 900, 400)
    assert (script["money"], script["characters"]) == (0.000375, 0)
    narration = database.row("SELECT * FROM work WHERE stage = 'narration' AND scene_number = 1")
    assert (narration["money"], narration["input_tokens"], narration["characters"]) == (None, 0, 120)


async def test_a_repetition_whose_work_took_longer_is_no_other_message(database: Database):
    messages = film()
    again = [message.model_copy(update=accounted(message, wall_s=9)) for message in messages]
    await database.record(delivered(messages), delivered(again, first=100))
    assert database.row("SELECT count(*) AS n FROM message_log")["n"] == len(messages)
    assert {row["wall_seconds"] for row in database.rows("SELECT wall_seconds FROM work")} == {2.5}


async def test_a_message_that_says_something_else_is_kept_with_its_work(database: Database):
    (*_, first) = delivered(film())
    other = replace(first, sequence=99, body=first.body.replace(b'"frames":120', b'"frames":121'))
    await database.record([first], [other])
    assert read(other).problem is None
    assert database.row("SELECT count(*) AS n FROM work")["n"] == 2


@pytest.mark.parametrize("change", ["DELETE FROM work", "UPDATE work SET money = 5, stage = 'x'"])
async def test_lost_and_changed_rows_come_back(database: Database, change: str):
    await database.record(delivered(film()))
    before = database.projections()
    execute(database, change)
    assert (await rebuild(database)).mended == 1
    assert database.projections() == before
    assert (await rebuild(database)).mended == 0


async def test_work_goes_with_its_message(database: Database):
    await database.record(delivered([*film(), deleted()]))
    assert database.rows("SELECT * FROM work")
    execute(database, "DELETE FROM message_log")
    assert database.rows("SELECT * FROM work") == []


async def test_cost_is_summed_by_stage_in_the_order_of_the_pipeline_and_per_minute(database: Database):
    await database.record(delivered(film()))
    cost = await reads.cost(database.url, str(PROJECT)[:6])
    assert cost["project_id"] == str(PROJECT)
    assert [stage["stage"] for stage in cost["stages"]] == ["script", "narration", "footage", "picture", "video"]
    picture = cost["stages"][3]
    assert (picture["scenes"], picture["results"], picture["cpu_seconds"]) == (3, 3, 5.25)
    total = cost["total"]
    assert (total["results"], total["cpu_seconds"], total["bytes_fetched"]) == (11, 19.25, 33_000_000_000)
    assert (total["input_tokens"], total["characters"], total["money"]) == (900, 360, None)
    assert cost["video_seconds"] == 4.0
    assert cost["per_minute"] == {"cpu_seconds": pytest.approx(288.75), "wall_seconds": 412.5, "money": None}


async def test_a_project_without_a_video_has_no_cost_per_minute(database: Database):
    await database.record(delivered([*film()[:5], cancelled()]))
    cost = await reads.cost(database.url, str(PROJECT))
    assert (cost["per_minute"], cost["total"]["money"]) == (None, 0.000375)


async def test_a_project_whose_work_is_not_on_record_does_not_seem_to_cost_nothing(database: Database):
    await database.record(delivered(film()))
    execute(database, "DELETE FROM work")
    with pytest.raises(PermanentError, match="not on record") as refusal:
        await reads.cost(database.url, str(PROJECT))
    assert "scenewire rebuild" in refusal.value.hint
    await rebuild(database)
    assert (await reads.cost(database.url, str(PROJECT)))["total"]["results"] == 11


async def test_a_project_without_results_has_cost_nothing_yet(database: Database):
    await database.record(delivered(film()[:1]))
    assert (await reads.cost(database.url, str(PROJECT)))["total"]["money"] == 0


def test_results_that_were_found_again_are_counted():
    row = dict.fromkeys(("wall_seconds", "own_cpu_seconds", "child_cpu_seconds", "bytes_fetched", "bytes_stored"), 0)
    row |= dict.fromkeys(("requests", "input_tokens", "output_tokens", "characters", "money"), 0)
    rows = [
        row | {"stage": "picture", "scene_number": number, "results_reused": reused, "results_made": made}
        for number, reused, made in ((1, 1, 0), (2, 2, 1), (3, 0, 1))
    ]
    assert costs(rows, video_seconds=None)["total"]["reused"] == 1


LARGEST = 1 << 53
LARGEST_WORK = {
    "wall_s": LARGEST,
    "bytes_stored": LARGEST,
    "results_made": 1_000_000,
    "started_at": "2026-11-21T17:30:00+05:30",
    "providers": [{"provider": "x", "model": "y", "requests": 1_000_000, "input_tokens": LARGEST, "money": LARGEST}]
    * 100,
}


def with_work(**values: object) -> StoredMessage:
    (*_, last) = delivered(film())
    body = json.loads(last.body)
    body["work"] |= values
    return replace(last, body=json.dumps(body).encode())


async def test_the_largest_work_is_recorded_and_summed(database: Database):
    messages = delivered(film())
    await database.record([*messages[:-1], with_work(**LARGEST_WORK)])
    row = database.row("SELECT * FROM work WHERE stage = 'video'")
    assert row["started_at"] == "2026-11-21T12:00:00.000Z"
    assert (row["requests"], row["input_tokens"]) == (100_000_000, 100 * LARGEST)
    total = (await reads.cost(database.url, str(PROJECT)))["total"]
    assert total["bytes_stored"] == LARGEST + 20_000
    assert total["wall_seconds"] == pytest.approx(LARGEST)


@pytest.mark.parametrize(
    "values",
    [
        {"wall_s": -1},
        {"wall_s": 1e308},
        {"bytes_fetched": 10**30},
        {"results_reused": 1 << 31},
        {"deliveries": 10**20},
        {"started_at": "0001-01-01T00:00:00+14:00"},
        {"started_at": "9999-12-31T23:59:59-14:00"},
        {"providers": [{"provider": "x", "model": "y", "requests": 1, "input_tokens": 1 << 63}]},
        {"providers": [{"provider": "x", "model": "y", "requests": 1, "money": 1e308}]},
        {"providers": [{"provider": "x", "model": "y", "requests": 1}] * 101},
    ],
)
def test_work_that_the_record_cannot_store_makes_a_message_invalid_for_everybody(values: dict[str, object]):
    entry = read(with_work(**values))
    assert not entry.valid
    assert entry.problem is not None
    assert "work" in entry.problem
