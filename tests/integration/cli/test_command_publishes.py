"""Orders, cancellations and deletions from the command, also on a bus that does not take them."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from scenewire.bus.provisioning.provision import provision
from scenewire.database.revision import upgrade
from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import ProjectCancelled, ProjectDeleted, ProjectFailed, SceneOrder, ScriptRequested
from scenewire.topology import MAX_BODY, PIPELINE
from scenewire_cli.progress.events import ProjectProgress, follow
from scenewire_cli.stack.connection import existing
from scenewire_cli.stack.data_folder import DataFolder
from tests.support.builders import PROJECT
from tests.support.bus_world import World, bus_world
from tests.support.product import Finished, run
from tests.unit.recorder.story import Database, delivered, film


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with bus_world(tmp_path) as world:
        yield world


async def test_a_full_stream_fails_the_command_with_storage_full_and_a_hint(world: World, tmp_path: Path):
    nats, data = ("--nats", world.server.url), tmp_path / "data"
    accepted = await run("request", "Tea", *nats, data=data, cwd=tmp_path)
    stored = (await world.jetstream.stream_info(PIPELINE.name)).state.bytes
    await provision(world.jetstream, streams=[replace(PIPELINE, max_bytes=stored)], durables=[])
    ordered = await run("request", "Tea", *nats, "--json", data=data, cwd=tmp_path, ORDERS_MAX_STREAM_SHARE="1")
    cancelled = await run("cancel", accepted.out.strip(), *nats, data=data, cwd=tmp_path)
    (error,) = ordered.events
    assert (error["event"], error["code"]) == ("error", "storage_full")
    assert "run the same command again" in error["hint"]
    for ended in (ordered, cancelled):
        assert ended.returncode == 1
        assert "its stream or its disk is full" in ended.err
        assert "Traceback" not in ended.err


async def test_a_missing_stream_fails_the_command_with_the_command_that_provisions_it(world: World, tmp_path: Path):
    await world.jetstream.delete_stream(PIPELINE.name)
    ended = await run("request", "Tea", "--nats", world.server.url, data=tmp_path / "data", cwd=tmp_path)
    assert (ended.returncode, "Traceback" in ended.err) == (1, False)
    assert "python -m scenewire.bus provision" in ended.err


async def test_an_oversized_order_is_refused_with_both_sizes_before_it_is_sent(world: World, tmp_path: Path):
    order = ScriptRequested(project_id=uuid4(), scenes=(SceneOrder(text="x" * MAX_BODY),))
    async with existing(DataFolder(tmp_path / "data"), world.server.url) as access:
        with pytest.raises(PermanentError, match=r"has 917,\d{3} bytes; the limit is 917,504 bytes") as refused:
            await access.bus.publish(order)
        assert refused.value.code is FailureCode.MESSAGE_TOO_LARGE
        assert access.bus.is_connected
    assert await world.messages(PIPELINE.name, ">") == 0


async def test_a_command_follows_the_messages_whose_bodies_name_its_project(world: World, tmp_path: Path):
    ours, other = uuid4(), uuid4()
    failed = ProjectFailed(project_id=other, stage="tts", code="speech_failed", message="no")
    await world.publish(failed.subject, failed.model_dump_json().encode(), correlation_id=str(ours))
    cancelled = ProjectCancelled(project_id=ours)
    await world.publish(cancelled.subject, json.dumps({"project_id": str(ours).upper()}).encode())
    film = ProjectProgress(ours)
    async with existing(DataFolder(tmp_path / "data"), world.server.url) as access:
        events = [event.message async for event in follow(access, film, from_sequence=1)]
        assert await access.bus.holds(2, ours)
        assert not await access.bus.holds(1, ours)
    assert events == [cancelled]


async def test_a_project_on_record_that_is_older_than_the_stream_is_deleted_and_that_of_another_application_is_not(
    world: World, tmp_path: Path
):
    database, foreign = Database(tmp_path / "record.db"), uuid4()
    await upgrade(database.url)
    await database.record(delivered(film()))
    database.execute(f"INSERT INTO projects (id, name) VALUES ('{foreign}', 'theirs')")  # noqa: S608
    to_bus = ("--yes", "--json", "--nats", world.server.url)

    async def deletion(project_id: str) -> Finished:
        return await run("delete", project_id, *to_bus, data=tmp_path, cwd=tmp_path, DATABASE_URL=database.url)

    for unknown in (str(foreign), str(uuid4())):
        refused = await deletion(unknown)
        assert (refused.returncode, refused.events[-1]["code"]) == (1, "not_on_record")
    assert await world.messages(PIPELINE.name, ">") == 0
    deleted = await deletion(str(PROJECT)[:8])
    assert deleted.events == [{"event": "deleted", "project_id": str(PROJECT), "name": "Tea"}]
    assert await world.messages(PIPELINE.name, ProjectDeleted.SUBJECT) == 1
