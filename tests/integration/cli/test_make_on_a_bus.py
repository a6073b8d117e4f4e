"""`make` on somebody's bus whose workers are played by the test: what it orders, and what it says at the end."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from nats.js.api import DeliverPolicy
from pydantic import SecretStr

from scenewire.errors import TransientError
from scenewire.messages import ProjectCancelled, ScriptRequested, VideoAssembled
from scenewire_cli.commands.make import MakeOptions, make_video
from scenewire_cli.stack import connection
from scenewire_cli.stack.data_folder import DataFolder
from scenewire_recorder.app import create_app
from scenewire_recorder.settings import RecorderSettings
from tests.support import golden, product
from tests.support.bus_world import World, bus_world
from tests.unit.recorder.story import Database

pytestmark = pytest.mark.timeout(60)

TEA = ScriptRequested(topic="Tea")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with bus_world(tmp_path / "bus") as world:
        yield world


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataFolder:
    monkeypatch.delenv("ARTIFACTS_URL", raising=False)
    folder = DataFolder(tmp_path / "data")
    folder.prepare()
    return folder


async def publish(world: World, subject: str, project_id: UUID, body: bytes) -> int:
    return await world.publish(subject, body, correlation_id=str(project_id))


@asynccontextmanager
async def workers(world: World) -> AsyncIterator[list[UUID]]:
    """Finishes every order that comes from now on; yields the projects."""
    made: list[UUID] = []
    video = golden.messages()["video.assembled"]
    assert isinstance(video, VideoAssembled)
    orders = await world.jetstream.subscribe(
        ScriptRequested.SUBJECT, ordered_consumer=True, deliver_policy=DeliverPolicy.NEW
    )

    async def work() -> None:
        async for message in orders.messages:
            project_id = UUID(json.loads(message.data)["project_id"])
            made.append(project_id)
            done = video.model_copy(update={"project_id": project_id})
            await publish(world, done.subject, project_id, done.model_dump_json().encode())

    working = asyncio.create_task(work())
    try:
        yield made
    finally:
        working.cancel()


async def make(world: World, folder: DataFolder, **changes: Any) -> int:
    options = {"out": folder.root / "out", "record": False, "nats": world.server.url, **changes}
    return await make_video(folder, TEA, MakeOptions(**options))


async def test_b03_b38_without_arguments_the_default_topic_is_made_and_recorded(world: World, tmp_path: Path):
    database = Database(tmp_path / "record.db")
    recorder = create_app(
        RecorderSettings(nats_url=world.server.url, database_url=SecretStr(database.url), log_format="console")
    )
    async with world.serving_app(recorder), workers(world) as made:
        ended = await product.run("make", data=tmp_path / "data", cwd=tmp_path, NATS_URL=world.server.url)
    assert ended.returncode == 0, ended.err
    order = json.loads(database.row("SELECT body FROM message_log WHERE subject = 'script.requested'")["body"])
    assert order["topic"] == "Russian invasion of Ukraine"
    project = database.row("SELECT * FROM projects")
    assert (project["id"], project["target_duration"], project["status"]) == (str(made[0]), 300, "complete")


@pytest.mark.parametrize("accepted", [True, False])
async def test_the_same_order_after_a_cancel_is_a_new_project(accepted: bool, world: World, folder: DataFolder):
    with folder.pending(TEA) as left:  # by a killed run
        order = TEA.model_copy(update={"project_id": left.project_id})
        sequence = await publish(world, order.SUBJECT, left.project_id, order.model_dump_json().encode())
        if accepted:
            left.accepted(sequence)
    for cancelled in (uuid4(), left.project_id):
        body = ProjectCancelled(project_id=cancelled, reason="wrong text").model_dump_json().encode()
        await publish(world, ProjectCancelled.SUBJECT, cancelled, body)

    async with workers(world) as made:
        assert await make(world, folder) == 0
    assert len(made) == 1
    assert made != [left.project_id]
    assert not list((folder.root / "orders").iterdir())


@pytest.mark.parametrize("as_json", [False, True])
async def test_b36_b39_a_late_record_is_an_error_that_names_the_video_after_the_summary(
    as_json: bool, world: World, folder: DataFolder, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(connection, "RECORD_TIMEOUT_S", 0.1)
    async with workers(world):
        with pytest.raises(TransientError, match="record") as late:
            await make(world, folder, record=True, as_json=as_json)
    assert late.value.code == "database_unavailable"
    assert late.value.message.startswith("the video is finished and at content/00/video, but project ")
    printed = capsys.readouterr().out.splitlines()
    assert any('"event": "finished"' in line if as_json else line.startswith("video:") for line in printed)
    assert list((folder.root / "orders").iterdir())  # the same command goes on waiting for it
