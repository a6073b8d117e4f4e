"""Storyboards over the bus: plans cost nothing, edits make revisions, and nothing is pictured before its approval."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from scenewire.artifacts.deletions import Deletions
from scenewire.artifacts.opening import open_store
from scenewire.messages import FootageSourced, ScenesScripted
from scenewire.topology import ASSEMBLY, EDIT_STORYBOARD, MAKE_ORDER, PIPELINE, PLAN_ORDER, SCRIPT
from scenewire_assembly.handlers import register as register_assembly
from scenewire_script.app import create_app
from scenewire_script.settings import ScriptSettings
from tests.support import builders
from tests.support.bus_world import World, bus_world
from tests.support.nats import connected
from tests.support.product import Finished, run
from tests.support.quick_workers import Stages


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


async def ask(world: World, subject: str, body: dict[str, Any]) -> dict[str, Any]:
    async with connected(world.server) as (client, _):
        answer = json.loads((await client.request(subject, json.dumps(body).encode(), timeout=20)).data)
    assert isinstance(answer, dict)
    return answer


async def ordered(world: World, **order: object) -> str:
    answer = await ask(world, MAKE_ORDER, {"scenes": ["The sea rises.", "The sea falls."], **order})
    await world.settled(SCRIPT.name)
    return str(answer["project_id"])


async def last_script(world: World) -> ScenesScripted:
    stored = await world.jetstream.get_last_msg(PIPELINE.name, ScenesScripted.SUBJECT)
    return ScenesScripted.model_validate_json(stored.data or b"")


async def test_an_edit_is_answered_with_the_revision_that_it_makes(world: World):
    project_id = await ordered(world, requested_by="Ada")
    assert (await last_script(world)).requested_by == "Ada"
    edit = {
        "project_id": project_id,
        "expected_revision": 0,
        "scenes": [{"scene": 2, "text": "The sea sleeps."}],
        "requested_by": "Kim",
    }
    assert await ask(world, EDIT_STORYBOARD, edit) == {"project_id": project_id, "revision": 1}
    script = await last_script(world)
    assert [scene.text for scene in script.scenes] == ["The sea rises.", "The sea sleeps."]
    assert (script.revision, script.requested_by) == (1, "Kim")
    assert await ask(world, EDIT_STORYBOARD, edit) == {"project_id": project_id, "revision": 1}
    assert await world.messages(PIPELINE.name, ScenesScripted.SUBJECT) == 2


async def test_of_rivals_one_is_answered_with_its_revision_and_the_others_with_a_conflict(world: World):
    project_id = await ordered(world)
    edits = [
        {"project_id": project_id, "expected_revision": 0, "scenes": [{"scene": 1, "text": f"Proposal {number}."}]}
        for number in range(6)
    ]
    answers = await asyncio.gather(*(ask(world, EDIT_STORYBOARD, edit) for edit in edits))
    (won,) = [number for number, answer in enumerate(answers) if answer.get("revision") == 1]
    assert [answer["error"]["code"] for answer in answers if "error" in answer] == ["revision_conflict"] * 5
    assert await world.messages(PIPELINE.name, ScenesScripted.SUBJECT) == 2
    assert (await last_script(world)).scenes[0].text == f"Proposal {won}."


async def test_whoever_comes_second_publishes_the_revision_whose_editor_died_before_it_could(
    world: World, tmp_path: Path
):
    project_id = await ordered(world)
    document = tmp_path / "artifacts" / "results" / "script" / f"{project_id}-r1.json"
    first = await last_script(world)
    died = first.model_copy(update={"revision": 1, "edit": "0" * 64})
    document.write_text(died.model_dump_json())
    late = {"project_id": project_id, "expected_revision": 0, "scenes": [{"scene": 1, "text": "Too late."}]}
    assert (await ask(world, EDIT_STORYBOARD, late))["error"]["code"] == "revision_conflict"
    assert await last_script(world) == died


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "project_id is missing; expected_revision is missing"),
        ({"expected_revision": 0, "scene": []}, "scene is unknown"),
        ({"expected_revision": 0, "scenes": [{"scene": 0}]}, "scenes.0.scene must be at least 1"),
    ],
)
async def test_an_edit_that_is_not_understood_is_answered_with_the_fault(
    world: World, body: dict[str, object], message: str
):
    body = {"project_id": str(uuid4()), **body} if body else body
    error = (await ask(world, EDIT_STORYBOARD, body))["error"]
    assert (error["code"], error["message"]) == ("invalid_order", f"the edit cannot be understood: {message}")
    assert await world.messages(PIPELINE.name, ">") == 0


async def test_a_project_without_a_stored_storyboard_is_answered_so(world: World):
    error = (await ask(world, EDIT_STORYBOARD, {"project_id": str(uuid4()), "expected_revision": 0}))["error"]
    assert error["code"] == "not_on_record"


async def test_a_plan_has_the_scenes_of_the_order_and_makes_nothing(world: World, tmp_path: Path):
    text = "# Tides\n\nThe sea rises.\n\n# Ebb\n\nThe sea falls.\n"
    plan = await ask(world, PLAN_ORDER, {"text": text, "title": "The sea", "language": "en"})
    assert (plan["title"], plan["scene_count"], plan["writer"]) == ("The sea", 2, "outline")
    assert [scene["text"] for scene in plan["scenes"]] == ["The sea rises.", "The sea falls."]
    assert [scene["section"] for scene in plan["scenes"]] == ["Tides", "Ebb"]
    assert plan["scenes"][0].keys() == {"scene_number", "text", "section", "estimated_duration", "footage_query"}
    assert plan["estimated_duration"] > sum(scene["estimated_duration"] for scene in plan["scenes"])
    assert "duration'" in (await ask(world, PLAN_ORDER, {"topic": "x", "duratoin": 6}))["error"]["message"]
    assert await world.messages(PIPELINE.name, ">") == 0
    assert not (tmp_path / "artifacts" / "results").exists()


async def test_the_command_approves_a_storyboard_that_awaits_it_and_keeps_its_footage(world: World, tmp_path: Path):
    project_id = await ordered(world, approve=True)
    waiting = await last_script(world)
    kept = builders.artifact("f", "application/json")
    sourced = builders.footage_sourced(waiting.project_id, 2).model_copy(update={"selection": kept})
    await world.publish(sourced.subject, sourced.model_dump_json().encode())

    async def approve() -> Finished:
        return await run("approve", project_id[:8], data=tmp_path, cwd=tmp_path, NATS_URL=world.server.url)

    approved = await approve()
    assert (approved.returncode, approved.out) == (0, f"approved {project_id[:8]} “The sea rises.”\n")
    script = await last_script(world)
    assert (script.revision, script.brief.awaits_approval) == (1, False)
    assert [scene.selection for scene in script.scenes] == [None, kept]
    again = await approve()
    assert again.returncode == 1
    assert "does not await approval" in again.err


async def test_nothing_is_pictured_of_a_storyboard_that_awaits_approval(world: World, tmp_path: Path):
    stages: Any = Stages()
    bus = world.bus()
    register_assembly(bus, stages, stages, Deletions(open_store((tmp_path / "artifacts").as_uri())))
    waiting = builders.footage_sourced(scene_count=1)
    waiting = waiting.model_copy(update={"brief": waiting.brief.model_copy(update={"awaits_approval": True})})
    async with world.serving(bus):
        await bus.publish(waiting)
        await world.settled(ASSEMBLY.name)
        assert await world.messages(PIPELINE.name, "segment.rendered.>") == 0
        assert stages.checked == [1]
        approved = waiting.next(FootageSourced, revision=1, brief=builders.brief(1))
        await bus.publish(approved)
        await world.settled(ASSEMBLY.name)
    assert await world.messages(PIPELINE.name, "segment.rendered.>") == 1
