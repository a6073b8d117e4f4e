"""Deleted projects on a real bus: their work stops, no late file stays, and nobody can order or edit them again."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from scenewire.artifacts.deletions import Deletions
from scenewire.artifacts.opening import open_store
from scenewire.artifacts.store import ArtifactStore, output_key
from scenewire.bus.client import BusClient
from scenewire.messages import (
    NarrationRequested,
    ProjectDeleted,
    ProjectFailed,
    ScenesScripted,
    ScriptRequested,
    SegmentRendered,
    VideoAssembled,
)
from scenewire.topology import (
    ASSEMBLY,
    ASSEMBLY_DELETIONS,
    DEAD_LETTERS,
    EDIT_STORYBOARD,
    MAKE_ORDER,
    PIPELINE,
    SCRIPT,
    TTS,
)
from scenewire_assembly.handlers import register as register_assembly
from scenewire_script.app import create_app
from scenewire_script.settings import ScriptSettings
from tests.support import builders
from tests.support.bus_world import World, bus_world
from tests.support.nats import connected
from tests.support.slow_disk import slow_disk
from tests.unit.recorder.story import assembled


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with bus_world(tmp_path) as world:
        yield world


class Joining:
    """Renders at once, and delivers a video to a store."""

    def __init__(self, store: ArtifactStore, film: Path) -> None:
        self._store = store
        self._film = film

    async def render(self, sourced: Any, _report: object) -> SegmentRendered:
        return builders.segment_rendered(sourced.project_id, scene_count=1)

    async def assemble(self, segments: Any, _report: object) -> VideoAssembled:
        key = output_key(segments[0].project_id, "film.mp4")
        await self._store.deliver(key, self._film, "video/mp4")
        return assembled(segments[0].project_id, 1)


async def test_a_video_whose_project_is_deleted_while_it_is_delivered_leaves_no_file_and_no_message(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "film.mp4").write_bytes(b"film")
    store = open_store((tmp_path / "artifacts").as_uri())
    bus, stages, project = world.bus(), Joining(store, tmp_path / "film.mp4"), uuid4()
    register_assembly(bus, stages, stages, Deletions(store))  # type: ignore[arg-type]
    async with world.serving(bus):
        with slow_disk(monkeypatch) as disk:
            await bus.publish(builders.footage_sourced(project, scene_count=1))
            await disk.begun()
            await bus.publish(ProjectDeleted(project_id=project))
            await world.settled(ASSEMBLY_DELETIONS.name)
        await world.settled(ASSEMBLY.name)
    await disk.written()
    assert not (tmp_path / "artifacts" / "output" / str(project)).exists()
    assert await world.messages(PIPELINE.name, VideoAssembled.SUBJECT) == 0
    assert await world.messages(DEAD_LETTERS.name, "dlq.>") == 0


async def test_a_finished_video_is_removed_and_that_of_another_project_is_not(world: World, tmp_path: Path):
    (tmp_path / "film.mp4").write_bytes(b"film")
    store = open_store((tmp_path / "artifacts").as_uri())
    bus, stages, gone, kept = world.bus(), Joining(store, tmp_path / "film.mp4"), uuid4(), uuid4()
    register_assembly(bus, stages, stages, Deletions(store))  # type: ignore[arg-type]
    async with world.serving(bus):
        for project in (gone, kept):
            await bus.publish(builders.footage_sourced(project, scene_count=1))
        await world.settled(ASSEMBLY.name)
        await bus.publish(ProjectDeleted(project_id=gone))
        await world.settled(ASSEMBLY_DELETIONS.name)
    assert [folder.name for folder in (tmp_path / "artifacts" / "output").iterdir()] == [str(kept)]


async def test_a_deletion_stops_the_work_at_every_revision_also_later_ones_and_after_a_restart(world: World):
    entered, stopped, seen = asyncio.Event(), asyncio.Event(), []
    request = builders.narration_requested().model_copy(update={"revision": 4})

    def working() -> Any:
        bus = world.bus()

        @bus.subscribe(TTS)
        async def narrate(request: NarrationRequested) -> None:
            seen.append(request.revision)
            entered.set()
            try:
                await asyncio.Event().wait()
            finally:
                stopped.set()

        return bus

    async with world.serving(bus := working()):
        await world.request(request)
        await entered.wait()
        await bus.publish(ProjectDeleted(project_id=request.project_id, revision=2))  # an edit was faster
        await stopped.wait()
        await world.settled()
    async with world.serving(working()):
        await world.request(request.model_copy(update={"revision": 5}))
        await world.settled()
    assert seen == [4]
    assert await world.messages(PIPELINE.name, ProjectFailed.SUBJECT) == 0


class Script:
    """The script service and what it answers."""

    def __init__(self, world: World, folder: Path) -> None:
        self._world = world
        artifacts = (folder / "artifacts").as_uri()
        self.deletions = Deletions(open_store(artifacts))
        self._settings = ScriptSettings(nats_url=world.server.url, artifacts_url=artifacts, writer="outline")

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        app = create_app(self._settings)
        await app.start()
        try:
            yield
        finally:
            await app.stop()

    async def ask(self, subject: str, body: dict[str, object]) -> dict[str, Any]:
        async with connected(self._world.server) as (client, _):
            answer: dict[str, Any] = json.loads(
                (await client.request(subject, json.dumps(body).encode(), timeout=20)).data
            )
        return answer

    async def refusals(self, order: dict[str, object]) -> list[str]:
        """The codes with which it refuses the order again, another one with the same id, and an edit."""
        edit = {"project_id": order["project_id"], "expected_revision": 0}
        asked = [(MAKE_ORDER, order), (MAKE_ORDER, order | {"text": "Other."}), (EDIT_STORYBOARD, edit)]
        answers = [await self.ask(subject, body) for subject, body in asked]
        return [answer["error"]["code"] for answer in answers]


REFUSED = ["order_conflict", "order_conflict", "not_on_record"]


async def test_a_deleted_project_takes_neither_orders_nor_edits_also_once_the_stream_has_forgotten_it(
    world: World, tmp_path: Path
):
    script, project = Script(world, tmp_path), uuid4()
    order: dict[str, object] = {"project_id": str(project), "text": "The sea rises.", "title": "Tides"}
    deleted = ProjectDeleted(project_id=project, requested_by="Ada")
    async with script.running():
        assert await script.ask(MAKE_ORDER, order) == {"project_id": str(project)}
        await world.settled(SCRIPT.name)
        async with connected(world.server) as (client, _):
            await BusClient(client).publish(deleted)
        await until_refused(script, order)
        assert await script.refusals(order) == REFUSED
    async with script.running():  # assembly has not removed files so far
        assert await script.refusals(order) == REFUSED
    await script.deletions.delete(deleted)
    await world.jetstream.purge_stream(PIPELINE.name)
    async with script.running():
        assert await script.refusals(order) == REFUSED
        assert await world.messages(PIPELINE.name, ">") == 0
        await world.publish(ScriptRequested.SUBJECT, json.dumps(order).encode())
        await world.settled(SCRIPT.name)
    assert await world.messages(PIPELINE.name, ScenesScripted.SUBJECT) == 0
    assert await world.messages(PIPELINE.name, ProjectFailed.SUBJECT) == 0
    letter = await world.jetstream.get_last_msg(DEAD_LETTERS.name, "dlq.script")
    assert (letter.headers or {})["scenewire-reason"] == "order_conflict"


async def until_refused(script: Script, order: dict[str, object]) -> None:
    """The services receive the deletion a moment after it is stored."""
    async with asyncio.timeout(20):
        while "error" not in await script.ask(MAKE_ORDER, order):
            await asyncio.sleep(0.01)


async def test_another_project_is_ordered_and_edited_as_before(world: World, tmp_path: Path):
    script = Script(world, tmp_path)
    await script.deletions.delete(ProjectDeleted(project_id=uuid4()))
    async with script.running():
        project = UUID((await script.ask(MAKE_ORDER, {"text": "The sea rises."}))["project_id"])
        await world.settled(SCRIPT.name)
        edit = {"project_id": str(project), "expected_revision": 0, "scenes": [{"scene": 1, "text": "The sea falls."}]}
        assert (await script.ask(EDIT_STORYBOARD, edit))["revision"] == 1
