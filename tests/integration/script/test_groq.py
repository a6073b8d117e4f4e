"""Scripts by the real SDK over real HTTP against a double that writes like a model."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import uuid4

import pytest

from scenewire.errors import TransientError
from scenewire.messages import Look, ScenesScripted, ScriptRequested
from scenewire_script.app import create_app
from scenewire_script.text.lengths import count_words
from scenewire_script.timing.speaking_rates import words_per_second
from scenewire_script.writers.language_model.answer import SCENES
from scripts.doubles.language_model import (
    KEY,
    MODEL,
    Answer,
    GroqDouble,
    Request,
    Style,
    error,
    says,
    script,
    speech,
    writes,
)
from tests.support.groq_stage import PROJECT, RATE, World, script_of, settings_for, stage_of, world
from tests.support.nats import provisioned_server


@pytest.fixture
async def double() -> AsyncIterator[GroqDouble]:
    async with GroqDouble().serving() as double:
        yield double


def words_of(scripted: ScenesScripted) -> float:
    return sum(count_words(scene.text) for scene in scripted.scenes)


# --- what is asked, and what comes of it -----------------------------------------------------------


async def test_b05_a_script_is_asked_for_as_strict_json_and_comes_with_queries_and_keywords(double, tmp_path):
    order = ScriptRequested(topic="The Suez Canal", target_duration=60, voice="en-us")

    scripted = await script_of(double, tmp_path, order)

    (request,) = double.completions
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.body["model"] == MODEL
    assert request.body["max_completion_tokens"] == 4096
    assert request.body["response_format"]["json_schema"] == {"name": "script", "strict": True, "schema": SCENES}
    assert request.task["topic"] == "The Suez Canal"
    assert (scripted.writer, scripted.brief.title, scripted.brief.topic) == ("groq", "The Canal", "The Suez Canal")
    assert scripted.brief.options == order.options.model_copy(update={"language": "en-US"})  # its voice speaks that
    assert [scene.scene_number for scene in scripted.scenes] == [1, 2, 3, 4, 5]
    assert {scene.footage_query for scene in scripted.scenes} == {"canal ship"}
    assert {scene.keywords for scene in scripted.scenes} == {("canal", "ship", "desert", "lock")}
    assert scripted.brief.notes == ()


async def test_another_model_is_not_told_how_to_think_and_need_not_be_strict(double, tmp_path):
    await script_of(double, tmp_path / "a", ScriptRequested(topic="t", target_duration=30))
    await script_of(
        double, tmp_path / "b", ScriptRequested(topic="t", target_duration=30), groq_model="other", groq_strict=False
    )

    first, second = double.completions
    assert (first.body["reasoning_effort"], first.body["include_reasoning"]) == ("low", False)
    assert "reasoning_effort" not in second.body
    assert second.body["response_format"]["json_schema"]["strict"] is False


async def test_own_words_never_reach_the_model(double, tmp_path):
    async with stage_of(double, tmp_path) as stage:
        divided = await stage.write(ScriptRequested(topic="Tides", text="The sea rises.\n\nThe sea falls."), uuid4())
        kept = await stage.write(ScriptRequested.model_validate({"scenes": [{"text": "My words."}]}), uuid4())

    assert [scene.text for scene in divided.scenes] == ["The sea rises.", "The sea falls."]
    assert [scene.text for scene in kept.scenes] == ["My words."]
    assert divided.writer == kept.writer == "outline"
    assert double.requests == []


async def test_a_long_film_is_written_in_parts_that_know_what_was_told(double, tmp_path):
    scripted = await script_of(double, tmp_path, ScriptRequested(topic="Canals", target_duration=300))

    parts = [request.task["write"] for request in double.completions]
    assert [number for part in parts for number in part] == list(range(1, 26))
    assert max(map(len, parts)) <= 12
    assert [request.task["scenes_in_film"] for request in double.completions] == [25] * len(parts)
    second = double.completions[1].task
    assert second["told"] == ["canal ship"] * len(parts[0])
    assert second["just_said"] == scripted.scenes[len(parts[0]) - 1].text


async def test_parts_get_smaller_with_the_tokens_of_an_answer(double, tmp_path):
    order = ScriptRequested(topic="Canals", target_duration=60)

    scripted = await script_of(double, tmp_path, order, groq_max_tokens=1_500)

    assert [len(request.task["write"]) for request in double.completions] == [2, 1, 2]
    assert len(scripted.scenes) == 5


NO_CLOSING = Look(closing=False)
"""All of the ordered length is spoken."""

TOPICS = {
    "de": "Der Kanal",
    "ja": "運河",
    "en-GB": "Canals",
    "zh": "苏伊士运河",
    "tr": "Kanal",
    "pt-BR": "O canal",
    "hi": "नहर",
}


@pytest.mark.parametrize("language", TOPICS)
async def test_b05_other_languages_are_asked_for_and_counted_their_own_way(double, tmp_path, language):
    """Units and rates are those of the language; where no spaces part words, characters are counted."""
    order = ScriptRequested(topic=TOPICS[language], target_duration=60, language=language, look=NO_CLOSING)

    scripted = await script_of(double, tmp_path, order)

    task = double.completions[0].task
    unit = "characters" if language in {"ja", "zh"} else "words"
    assert (task["language"], task["length"]["unit"], task["topic"]) == (language, unit, TOPICS[language])
    assert words_of(scripted) / words_per_second(RATE, language) == pytest.approx(60, rel=0.1)
    assert sum(scene.estimated_duration for scene in scripted.scenes) == pytest.approx(60, rel=0.1)
    assert all(scene.wanted_duration for scene in scripted.scenes)
    assert len(double.completions) == 1


async def test_b04_a_language_of_long_words_is_asked_for_fewer(double, tmp_path):
    asked = {}
    for language in ("en", "de", "tr"):
        order = ScriptRequested(topic="t", target_duration=60, language=language, look=NO_CLOSING)
        await script_of(double, tmp_path / language, order)
        asked[language] = double.completions[-1].task["length"]["about"]
    assert asked == {"en": 28, "de": 23, "tr": 17}


def with_sections(headings: dict[int, str]) -> Callable[[Request], Answer]:
    """Returns a model that writes headings at some scenes."""

    def reply(request: Request) -> Answer:
        written = script(request.task)
        for scene in written["scenes"]:
            scene["section"] = headings.get(scene["scene_number"], "")
        return says(json.dumps(written))

    return reply


async def test_sections_of_the_model_begin_once_and_later_parts_are_told_of_them(double, tmp_path):
    double.model = with_sections({1: "The Desert", 2: "The Desert", 5: "The Locks", 9: "the locks", 12: "Ships Today"})

    scripted = await script_of(double, tmp_path, ScriptRequested(topic="Canals", target_duration=300))

    headings = {scene.scene_number: scene.section for scene in scripted.scenes if scene.section}
    assert headings == {1: "The Desert", 5: "The Locks", 12: "Ships Today"}
    assert [request.task["sections"] for request in double.completions] == [
        [],
        ["The Desert", "The Locks"],
        ["The Desert", "The Locks", "Ships Today"],
    ]


async def test_a_correction_of_the_length_keeps_the_sections(double, tmp_path):
    first = with_sections({1: "The Desert", 3: "The Locks"})
    double.model = lambda request: (writes() if "rewrite" in request.task else first)(request)
    double.next = [
        lambda request: Answer(body=first(Request("", "", {}, shortened(request))).body),
    ]

    scripted = await script_of(double, tmp_path, ScriptRequested(topic="Canals", target_duration=60))

    assert len(double.completions) == 2
    assert [scene.section for scene in scripted.scenes] == ["The Desert", "", "The Locks", "", ""]


def shortened(request: Request) -> dict[str, Any]:
    """Returns the body of a request that asks for half the words."""
    length = {**request.task["length"], "about": request.task["length"]["about"] // 2}
    system, user = request.messages[:2]
    return {"messages": [system, {**user, "content": json.dumps({**request.task, "length": length})}]}


async def test_the_title_of_the_order_wins_over_that_of_the_model(double, tmp_path):
    order = ScriptRequested(topic="Canals", title="Ditches", target_duration=60)

    assert (await script_of(double, tmp_path, order)).brief.title == "Ditches"


# --- length -----------------------------------------------------------------------------------------


def uneven(number: int, about: int) -> int:
    return max(1, round(about * random.Random(number).uniform(0.3, 1.5)))


STYLES: dict[str, Style] = {
    "exact": lambda _, about: about,
    "a third too short": lambda _, about: round(about * 0.67),
    "half as much again": lambda _, about: round(about * 1.5),
    "uneven": uneven,
    "short at the end": lambda number, about: about if number < 4 else about // 2,
    "obeys only when corrected": lambda _, about: 18 if about == 28 else about,
    "never more than 25": lambda _, about: min(about, 25),
}


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
@pytest.mark.parametrize("seconds", [60, 180, 300, 450, 600, 900])
async def test_b04_the_planned_length_is_within_a_tenth_however_the_model_counts(double, tmp_path, seconds, style):
    double.model = writes(style)

    order = ScriptRequested(topic="Canals", target_duration=seconds, look=NO_CLOSING)
    scripted = await script_of(double, tmp_path, order)

    assert words_of(scripted) / RATE == pytest.approx(seconds, rel=0.1)
    assert sum(scene.estimated_duration for scene in scripted.scenes) == pytest.approx(seconds, rel=0.1)
    assert scripted.brief.notes == ()


async def test_b04_only_the_scenes_that_miss_their_length_are_rewritten_and_only_once(double, tmp_path):
    short = {2, 4, 5}
    double.model = writes(lambda number, about: 5 if number in short else about)

    scripted = await script_of(double, tmp_path, ScriptRequested(topic="Canals", target_duration=60, look=NO_CLOSING))

    first, second = double.completions
    assert "write" in first.task
    assert {scene["scene_number"] for scene in second.task["rewrite"]} == short
    assert {scene["has"] for scene in second.task["rewrite"]} == {5}
    assert second.task["length"]["about"] > first.task["length"]["about"]
    assert {scene.wanted_duration for scene in scripted.scenes} == {None}


@pytest.mark.parametrize("seconds", [60, 300])
async def test_b04_a_model_that_never_fits_costs_a_note_and_not_the_video(double, tmp_path, seconds):
    double.model = writes(lambda _, __: 10)

    scripted = await script_of(double, tmp_path, ScriptRequested(topic="Canals", target_duration=seconds))

    assert {scene.wanted_duration for scene in scripted.scenes} == {None}
    assert scripted.brief.ordered_duration == seconds


async def test_a_correction_that_cannot_be_used_leaves_the_script_as_it_was(double, tmp_path):
    double.next = [writes(lambda _, __: 15), says("no"), says("no")]

    scripted = await script_of(double, tmp_path, ScriptRequested(topic="Canals", target_duration=60))

    assert words_of(scripted) == 5 * 15
    assert {scene.wanted_duration for scene in scripted.scenes} == {None}


async def test_a_correction_keeps_what_the_scenes_show(double, tmp_path):
    double.model = writes(STYLES["a third too short"])

    scripted = await script_of(double, tmp_path, ScriptRequested(topic="Canals", target_duration=60))

    assert len(double.completions) == 2
    assert {scene.footage_query for scene in scripted.scenes} == {"canal ship"}
    assert all(scene.keywords for scene in scripted.scenes)


# --- the first answer counts --------------------------------------------------------------------------


async def test_b05_a_redelivered_order_sends_no_request(double, tmp_path):
    order = ScriptRequested(topic="Canals", target_duration=60)

    first = await script_of(double, tmp_path, order)
    double.model = writes(STYLES["half as much again"])
    again = await script_of(double, tmp_path, order)

    assert again == first
    assert len(double.completions) == 1


async def test_a_script_that_was_interrupted_goes_on_with_the_part_that_is_missing(double, tmp_path):
    order = ScriptRequested(topic="Canals", target_duration=300)
    double.next = [writes(), error(503)]
    with pytest.raises(TransientError):
        await script_of(double, tmp_path, order)
    double.requests.clear()

    scripted = await script_of(double, tmp_path, order)

    assert [request.task["write"][0] for request in double.completions] == [9, 18]
    assert len(scripted.scenes) == 25


async def test_the_same_topic_in_another_project_is_written_again(double, tmp_path):
    order = ScriptRequested(topic="Canals", target_duration=60)
    async with stage_of(double, tmp_path) as stage:
        await stage.write(order, PROJECT)
        await stage.write(order.model_copy(update={"revision": 1}), PROJECT)
        await stage.write(order, uuid4())

    assert len(double.completions) == 3


# --- the service ----------------------------------------------------------------------------------------


async def test_the_service_is_put_together_checks_its_model_and_writes(double, tmp_path):
    async with provisioned_server(tmp_path) as (server, jetstream):
        app = create_app(settings_for(double, tmp_path, nats_url=server.url))
        await app.start()
        try:
            await World(jetstream).order(topic="Canals", target_duration=60)
            scripted = await World(jetstream).script()
        finally:
            await app.stop()

    assert scripted.writer == "groq"
    assert [request.path for request in double.requests] == ["/openai/v1/models", "/openai/v1/chat/completions"]


async def test_an_order_that_waits_for_a_rate_limit_does_not_block_others(double, tmp_path):
    limited = asyncio.Event()

    def refuse(_: Request) -> Answer:
        limited.set()
        return error(429, headers={"retry-after": "600"})

    double.model = refuse
    async with world(double, tmp_path) as services:
        await services.order(topic="Canals")
        await limited.wait()
        await services.order(project_id=str(uuid4()), text=speech(5))
        scripted = await services.script()

    assert scripted.writer == "outline"
