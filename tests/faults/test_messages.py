"""Messages that come twice, that cannot be read, and more of them than a service can handle."""

import json
import time
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from nats.js.api import StreamConfig

from scenewire.messages.headers import MESSAGE_ID
from scenewire.topology import MAKE_ORDER, PIPELINE, SCRIPT
from tests.faults.test_cancellation import cancel
from tests.support.faults.shim import FfmpegShim
from tests.support.faults.world import ACK_WAIT, ENDS, World, until


def modified(world: World) -> dict[Path, int]:
    """When each artifact was written."""
    return {file: file.stat().st_mtime_ns for file in world.artifacts.rglob("content/**/*") if file.is_file()}


@pytest.mark.parametrize("repetition", ["with its id", "without its id", "with its id, too late"])
async def test_row_51_every_message_of_a_project_comes_twice(world: World, repetition: str):
    world.about(51, f"each message again, {repetition}", "bus")
    project = await world.order()
    await world.outcome(project)
    await world.settled()
    before, made = await world.messages(project_id=project), modified(world)
    if repetition == "with its id, too late":  # a server that starts forgets the ids that are older than its window
        config = (await world.jetstream.stream_info(PIPELINE.name)).config
        await world.jetstream.update_stream(StreamConfig(**vars(config) | {"duplicate_window": 0.1}))
        world.server.kill()
        await world.server.start()
        await until(lambda: world.client.is_connected, "the connection")
    world.fault()
    for message in before:
        named = repetition != "without its id"
        if named or message.subject not in ENDS:
            headers = {MESSAGE_ID: message.id} if named else None
            stored = await world.jetstream.publish(message.subject, message.body, headers=headers)
            assert bool(stored.duplicate) == (repetition == "with its id")
    await world.settled()
    await world.provision()
    assert modified(world) == made, "something was made again"
    ids = {message.id for message in await world.messages(project_id=project)} - {""}
    assert ids == {message.id for message in before}


async def test_row_51_another_order_comes_under_the_id_of_a_project(world: World):
    world.about(51, "another content under its id", "script")
    project = await world.order(scenes=2)
    world.fault()
    other = {"project_id": project, "topic": "Coffee", "text": "Coffee is a drink, too."}
    await world.jetstream.publish("script.requested", json.dumps(other).encode())
    world.expected.dead_letters = 1
    end = (await world.outcome(project)).content
    await world.settled()
    assert (end["brief"]["topic"], end["brief"]["scene_count"]) == ("Tea", 2)
    letter = await world.jetstream.get_last_msg("DLQ", f"dlq.{SCRIPT.name}")
    assert (letter.headers or {})["scenewire-reason"] == "order_conflict"


SUBJECTS = ("script.requested", "scenes.scripted", "narration.requested", "audio.rendered", "footage.sourced")


def poison(project: UUID) -> dict[str, bytes]:
    """Bodies that no service can use; those that name a project name this one."""
    named = {"project_id": str(project)}
    wrong = {"topic": [], "scene": 7, "brief": "x", "scenes": {"text": None}, "narration": 1e300, "revision": "one"}
    return {
        "empty": b"",
        "not text": b"\xff\xfe\x00",
        "not JSON": b'{"project_id"',
        "not an object": b"[]",
        "without fields": b"{}",
        "nested too deeply": b'{"a":' * 100_000,
        "wrong types": json.dumps(named | wrong).encode(),
        "unknown version": json.dumps(named | {"topic": "", "schema_version": "two"}).encode(),
        "large": json.dumps(named | {"topic": "", "text": "x" * 900_000}).encode(),
    }


@pytest.mark.smoke
async def test_row_55_messages_that_cannot_be_read_hold_up_nobody(world: World):
    world.about(55, "9 bodies on 5 subjects", "all workers")
    world.fault()
    told = []
    for subject in SUBJECTS:
        project = uuid4()
        for kind, body in poison(project).items():
            await world.jetstream.publish(subject, body)
            world.expected.dead_letters += 1
            if str(project).encode() in body:
                told.append((kind, project))
            if kind != "large":
                project = uuid4()
    good = await world.order()
    await world.outcome(good)
    await world.settled()
    failed = {message.project_id for message in await world.messages("project.failed")}
    assert [kind for kind, project in told if str(project) not in failed] == []
    assert all(service.alive for service in world.services)


async def test_row_55_a_message_of_another_subject_is_refused(world: World):
    world.about(55, "a message on the subject of another one, without headers", "assembly")
    project = await world.order()
    await world.outcome(project)
    (scripted,) = await world.messages("scenes.scripted", project)
    lost = uuid4()
    body = json.dumps(scripted.content | {"project_id": str(lost)}).encode()
    world.expected.dead_letters = 1
    world.fault()
    await world.jetstream.publish("footage.sourced", body)
    failed = (await world.outcome(str(lost))).content
    assert (failed["code"], failed["stage"]) == ("invalid_message", "assembly")


ORDERS = 50
MAX_WAITING = 20
GROWTH_BYTES = 64 << 20
"""That 50 waiting projects may cost a service."""


async def test_row_54_a_slow_worker_is_not_overrun(world: World, tmp_path: Path):
    world.about(54, f"{ORDERS} orders at once, one slow worker", "assembly")
    slow = FfmpegShim(tmp_path / "ffmpeg", "time.sleep(1)", times=10_000)
    await world.replace("assembly", FFMPEG=str(slow.path), ASSEMBLY_LOOPS="1")
    await world.replace("script", ORDERS_MAX_WAITING=str(MAX_WAITING))
    memory = {service: service.memory_bytes for service in world.services if service.alive}
    world.fault()
    started = time.monotonic()
    projects = [await world.order(scenes=1, voice="none") for _ in range(ORDERS)]
    await world.appears("footage.sourced", projects[-1], within_s=120)
    refused = json.loads((await world.client.request(MAKE_ORDER, b'{"topic": "Coffee"}', timeout=10)).data)
    assert refused["error"]["code"] == "rate_limited"
    await until(lambda: time.monotonic() > started + 1.5 * ACK_WAIT.total_seconds(), "longer than a message may wait")
    waiting = await world.jetstream.consumer_info(PIPELINE.name, "assembly")
    assert waiting.num_redelivered == 0
    assert (waiting.num_pending or 0) > MAX_WAITING
    assert (waiting.num_ack_pending or 0) <= 1, "the worker holds what it cannot work on"
    grown = {service.name: service.memory_bytes - before for service, before in memory.items()}
    assert max(grown.values()) < GROWTH_BYTES, grown
    await world.outcome(projects[0])
    world.kill("assembly")
    ended = {message.project_id for subject in ENDS for message in await world.messages(subject)}
    for project in projects:
        if project not in ended:
            await cancel(world, project)
    await world.start("assembly")
