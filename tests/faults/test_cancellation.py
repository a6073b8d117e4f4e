"""Projects that are cancelled, at every stage and whatever else happens."""

from pathlib import Path

import pytest

from scenewire.messages import ProjectCancelled
from scenewire.messages.headers import MESSAGE_ID
from scripts.doubles.language_model import KEY
from tests.faults.test_workers_stopped import deliveries, stuck
from tests.support.faults.world import WORKERS, World, until

STOPS_WITHIN_S = 5.0

INPUTS = {
    "script": "script.requested",
    "tts": "scenes.scripted",
    "sourcing": "audio.rendered",
    "assembly": "footage.sourced",
}


async def cancel(world: World, project: str) -> None:
    message = ProjectCancelled.model_validate({"project_id": project})
    headers = {MESSAGE_ID: message.message_id}
    await world.jetstream.publish(message.subject, message.model_dump_json().encode(), headers=headers)
    world.expected.ends[project] = message.subject


def status(world: World, project: str) -> str:
    return str(world.record.row("SELECT status FROM projects WHERE id = ?", project)["status"])


@pytest.mark.parametrize("victim", WORKERS)
async def test_row_71_a_project_is_cancelled_while_a_worker_is_at_work(world: World, tmp_path: Path, victim: str):
    world.about(71, "cancelled in the middle of the work", victim)
    world.secrets.add(KEY)
    async with stuck(victim, tmp_path / "stuck") as outside:
        await world.replace(victim, **outside.settings)
        topic = {"scenes": 0, "duration": 10, "topic": "Canals"} if victim == "script" else {"scenes": 1}
        before = await deliveries(world, victim)
        project = await world.order(**topic)
        await until(outside.at_work, f"{victim} is at work")
        world.fault()
        await cancel(world, project)
        await world.outcome(project)
        await world.settled(within_s=STOPS_WITHIN_S)  # what it waits for never answers
        assert await deliveries(world, victim) == before + 1
        await world.replace(victim)
    await world.settled()
    assert status(world, project) == "cancelled"


@pytest.mark.parametrize("victim", WORKERS)
async def test_row_71_a_project_is_cancelled_while_a_worker_is_dead(world: World, victim: str):
    world.about(71, "cancelled while it is dead", victim)
    world.kill(victim)
    project = await world.order(scenes=1)
    await world.appears(INPUTS[victim], project)
    world.fault()
    await cancel(world, project)
    await world.start(victim)
    await world.outcome(project)
    await world.settled()
    later = {"script": "scenes.", "tts": "audio.", "sourcing": "footage.", "assembly": "segment."}[victim]
    assert await world.messages(later, project) == []
    assert status(world, project) == "cancelled"


async def test_row_71_a_project_is_cancelled_before_its_order_arrives_and_twice(world: World):
    world.about(71, "cancelled before its order, and twice", "bus")
    world.kill("script")
    project = await world.order(scenes=1)
    body = (await world.appears("script.requested", project))[0].body
    await world.settled()
    await cancel(world, project)
    await cancel(world, project)
    await world.jetstream.publish("script.requested", body)
    await world.start("script")
    await world.settled()
    assert {message.subject for message in await world.messages(project_id=project)} == {
        "script.requested",
        "project.cancelled",
    }
    assert status(world, project) == "cancelled"


async def test_row_71_a_finished_project_is_cancelled_too_late(world: World):
    world.about(71, "cancelled after its video", "bus")
    project = await world.order(scenes=1)
    await world.outcome(project)
    world.orders.remove(project)  # it has two ends in the stream
    await cancel(world, project)
    await world.settled()
    assert status(world, project) == "complete"
