"""Work for projects that have ended stops, and none of it begins."""

import asyncio
from pathlib import Path
from uuid import uuid4

import pytest

from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import (
    Message,
    NarrationRequested,
    ProjectCancelled,
    ProjectFailed,
    StoredMessage,
    VideoAssembled,
)
from scenewire.topology import DEAD_LETTERS, PIPELINE, TTS, WEBHOOKS
from tests.support import builders, golden
from tests.support.bus_world import World, bus_world


@pytest.fixture
async def world(tmp_path: Path):
    async with bus_world(tmp_path) as world:
        yield world


async def test_row_71_nobody_works_for_a_project_that_was_cancelled(world: World):
    bus, entered, stopped, seen = world.bus(), asyncio.Event(), asyncio.Event(), []

    @bus.subscribe(TTS)
    async def narrate(request: NarrationRequested) -> None:
        seen.append(request.scene.scene_number)
        entered.set()
        try:
            await asyncio.sleep(600)
        except asyncio.CancelledError:
            stopped.set()
            raise

    project = uuid4()
    async with world.serving(bus):
        await world.request(builders.narration_requested(project, 1))
        await entered.wait()
        await bus.publish(ProjectCancelled(project_id=project))
        await stopped.wait()
        await world.request(builders.narration_requested(project, 2))
        await world.settled()
    assert seen == [1]
    assert await world.messages(DEAD_LETTERS.name, "dlq.>") == 0


async def test_the_end_of_a_revision_does_not_stop_the_work_on_a_later_one(world: World):
    bus, done, stopped, go_on = world.bus(), [], asyncio.Event(), asyncio.Event()
    entered: asyncio.Queue[int] = asyncio.Queue()

    @bus.subscribe(TTS, loops=2)
    async def narrate(request: NarrationRequested) -> None:
        entered.put_nowait(request.revision)
        try:
            await go_on.wait()
        except asyncio.CancelledError:
            stopped.set()
            raise
        done.append(request.revision)

    request = builders.narration_requested()
    async with world.serving(bus):
        await world.request(request)
        await world.request(request.model_copy(update={"revision": 1}))
        assert {await entered.get(), await entered.get()} == {0, 1}
        await bus.publish(ProjectCancelled(project_id=request.project_id))
        await stopped.wait()
        go_on.set()
        await world.settled()
    assert done == [1]
    assert entered.empty()


async def test_ends_of_projects_reach_a_durable_that_is_no_work_and_never_fail_a_project(world: World):
    bus, seen, project = world.bus(), [], uuid4()

    @bus.subscribe_stored(WEBHOOKS)
    async def notify(message: StoredMessage) -> None:
        seen.append((message.subject, message.project_id, message.body))
        if message.subject == ProjectFailed.SUBJECT:
            raise PermanentError(FailureCode.PROVIDER_REFUSED, "410 Gone")

    cancelled = ProjectCancelled(project_id=project)
    failed = ProjectFailed(project_id=project, stage="tts", code="bug", message="no")
    video = golden.messages()["video.assembled"]
    assert isinstance(video, VideoAssembled)
    async with world.serving(bus):
        await bus.publish(builders.narration_requested(project))
        for message in (cancelled, failed, video):
            await bus.publish(message)
        await world.publish(ProjectCancelled.SUBJECT, b"not a message")
        await world.settled(WEBHOOKS.name)
    ends: list[Message] = [cancelled, failed, video]
    whole = [(end.subject, end.project_id, end.model_dump_json().encode()) for end in ends]
    assert seen == [*whole, (ProjectCancelled.SUBJECT, None, b"not a message")]
    assert await world.messages(DEAD_LETTERS.name, f"dlq.{WEBHOOKS.name}") == 1
    assert await world.messages(PIPELINE.name, ProjectFailed.SUBJECT) == 1


async def test_a_service_that_starts_later_knows_which_projects_have_ended_and_which_run_again(world: World):
    bus, seen, project = world.bus(), [], uuid4()

    @bus.subscribe(TTS)
    async def narrate(request: NarrationRequested) -> None:
        seen.append(request.revision)

    request = builders.narration_requested(project)
    cancelled = ProjectCancelled(project_id=project)
    await world.publish(cancelled.subject, b"not a message")
    await world.publish(cancelled.subject, cancelled.model_dump_json().encode())
    await world.request(request)
    await world.request(request.model_copy(update={"revision": 1}))
    async with world.serving(bus):
        await world.settled()
    assert seen == [1]
