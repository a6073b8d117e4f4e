"""Orders over the bus: requests are answered, and the first order of a project id stands."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from scenewire.messages import ScenesScripted
from scenewire.topology import MAKE_ORDER, PIPELINE, SCRIPT
from scenewire_script.app import create_app
from scenewire_script.settings import ScriptSettings
from tests.support.bus_world import World, bus_world
from tests.support.nats import connected


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with bus_world(tmp_path) as world:
        settings = ScriptSettings(
            nats_url=world.server.url, artifacts_url=(tmp_path / "artifacts").as_uri(), writer="outline"
        )
        replicas = [create_app(settings) for _ in range(2)]
        for replica in replicas:
            await replica.start()
        yield world
        await asyncio.gather(*(replica.stop() for replica in replicas))


async def ask(world: World, body: object) -> dict[str, Any]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    async with connected(world.server) as (client, _):
        answer = json.loads((await client.request(MAKE_ORDER, raw, timeout=20)).data)
    assert isinstance(answer, dict)
    return answer


async def scripts(world: World) -> list[str]:
    await world.settled(SCRIPT.name)
    count = await world.messages(PIPELINE.name, ScenesScripted.SUBJECT)
    if not count:
        return []
    last = await world.jetstream.get_last_msg(PIPELINE.name, ScenesScripted.SUBJECT)
    return [scene.text for scene in ScenesScripted.model_validate_json(last.data or b"").scenes]


async def test_a_request_is_answered_with_the_project_id_of_the_order_that_was_published(world: World):
    answer = await ask(world, {"video_script": "The sea rises.", "video_aspect": "9:16"})
    assert answer.keys() == {"project_id"}
    assert UUID(answer["project_id"]).version == 4
    assert await scripts(world) == ["The sea rises."]
    last = await world.jetstream.get_last_msg(PIPELINE.name, "scenes.scripted")
    scripted = ScenesScripted.model_validate_json(last.data or b"")
    assert (str(scripted.project_id), scripted.brief.options.look.height) == (answer["project_id"], 1920)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"{", "the order cannot be understood: it is not JSON"),
        (b"", "the order cannot be understood: it is not JSON"),
        (b"\xff", "the order cannot be understood: it is not JSON"),
        (b"[" * 100_000, "the order cannot be understood: it is not JSON"),
        (b"[]", "the order cannot be understood: it must be a JSON object"),
        ({}, "the order cannot be understood: an order needs a topic, a text or scenes"),
        (
            {"topic": "x", "duratoin": 6},
            "the order cannot be understood: unknown key 'duratoin'; did you mean 'duration'?",
        ),
    ],
)
async def test_a_request_that_is_no_order_is_answered_with_the_error_and_publishes_nothing(
    world: World, body: object, message: str
):
    error = (await ask(world, body))["error"]
    assert (error["code"], error["message"]) == ("invalid_order", message)
    assert "docs/orders.md" in error["hint"]
    assert await scripts(world) == []


async def test_a_request_for_music_of_a_mood_that_nothing_has_is_answered_with_the_error(world: World):
    error = (await ask(world, {"topic": "Tea", "music": {"mood": "no such mood"}}))["error"]
    assert error["code"] == "invalid_order"
    assert error["message"].startswith("no music has the mood 'no such mood'; ")
    assert await scripts(world) == []
    assert await world.messages(PIPELINE.name, ">") == 0


async def test_a_repeated_request_is_accepted_and_other_content_is_a_conflict(world: World):
    project_id = str(uuid4())
    first = {"project_id": project_id, "text": "The sea rises."}
    assert await ask(world, first) == await ask(world, first) == {"project_id": project_id}
    error = (await ask(world, first | {"text": "The sea falls."}))["error"]
    assert error["code"] == "order_conflict"
    assert project_id in error["message"]
    assert await scripts(world) == ["The sea rises."]
    assert await world.messages(PIPELINE.name, "script.requested") == 1


async def test_a_second_order_with_other_words_is_dead_lettered_and_the_first_goes_on(world: World):
    order = {"project_id": str(uuid4()), "text": "The sea rises."}
    await world.publish(SCRIPT.subjects[0], json.dumps(order).encode())
    assert await scripts(world) == ["The sea rises."]
    await world.publish(SCRIPT.subjects[0], json.dumps(order | {"text": "The sea falls."}).encode())
    await world.publish(SCRIPT.subjects[0], json.dumps(order | {"speed": None}).encode())
    assert await scripts(world) == ["The sea rises."]
    letter = await world.jetstream.get_last_msg("DLQ", "dlq.script")
    assert letter.headers is not None
    assert letter.headers["scenewire-reason"] == "order_conflict"
    assert json.loads(letter.data or b"")["text"] == "The sea falls."
    assert await world.messages("DLQ", ">") == 1
    assert await world.messages(PIPELINE.name, "project.failed") == 0
