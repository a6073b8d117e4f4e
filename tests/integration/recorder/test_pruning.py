"""`scenewire prune` on a real bus, with and without a record, beside workers, and killed."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from scenewire.artifacts.pruning import Limits, prune_files
from scenewire.bus.provisioning.provision import provision
from scenewire.database.revision import upgrade
from scenewire.errors import TransientError
from scenewire.messages import FootageSourced, NarrationRequested, VideoAssembled
from scenewire_cli.pruning import known_record
from scenewire_cli.stack import connection
from scenewire_cli.stack.connection import existing
from scenewire_cli.stack.data_folder import DataFolder
from scenewire_recorder import api
from scenewire_recorder.app import create_app as create_recorder
from scenewire_recorder.settings import RecorderSettings
from tests.integration.assembly.test_lost_artifacts import SCENES, World, finished, sourced_scenes
from tests.support.builders import PROJECT
from tests.support.bus_world import bus_world
from tests.support.deployed_bus import deployed_bus
from tests.support.media import make_clip
from tests.support.product import Finished, kill_group, run, start
from tests.unit.recorder.story import Database, delivered, film

pytestmark = pytest.mark.timeout(120)

MONTH = Limits(age=timedelta(days=30))


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    await make_clip(tmp_path / "library" / "harbour quiet river long.mp4", seconds=4, size="320x180")
    async with bus_world(tmp_path / "bus") as bus:
        yield World(bus, tmp_path)


def age(world: World) -> None:
    then = time.time() - 60 * 86_400
    for path in (world.folder / "artifacts").rglob("*"):
        if path.is_file():
            os.utime(path, (then, then))


def litter(world: World, count: int = 1) -> list[Path]:
    """Files that nobody names."""
    folder = world.folder / "artifacts" / "content" / "aa"
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"{number:064x}.wav" for number in range(count)]
    for file in files:
        file.write_bytes(b"sound")
    return files


async def prune(world: World, *arguments: str, **environment: str) -> Finished:
    environment = {"ARTIFACTS_URL": (world.folder / "artifacts").as_uri()} | environment
    command = ("prune", *arguments, "--nats", world.bus.server.url)
    return await run(*command, data=world.folder / "data", cwd=world.folder, **environment)


def named(scenes: Any) -> set[str]:
    return {key for scene in scenes for key in (scene.narration.audio.key, *(c.file.key for c in scene.footage.clips))}


@pytest.mark.parametrize("with_record", [True, False])
async def test_an_unfinished_project_keeps_its_files_and_ends_without_making_any_again(
    world: World, *, with_record: bool
):
    scenes = await sourced_scenes(world)
    environment = {}
    (waste,) = litter(world)
    age(world)
    if with_record:
        environment = {"DATABASE_URL": f"sqlite:///{world.folder / 'record.db'}"}
        async with world.serving("recorder"):
            await world.bus.settled("recorder")
    pruned = await prune(world, "--older-than", "30d", "--max-size", "1B", "--json", **environment)
    assert pruned.returncode == 0, pruned.err
    assert not waste.exists()
    assert all((world.folder / "artifacts" / key).exists() for key in named(scenes))
    assert pruned.events[0]["excess_bytes"] > 0
    async with world.serving("tts", "sourcing", "assembly"):
        await finished(world)
    for model, count in ((NarrationRequested, 2), (FootageSourced, 2), (VideoAssembled, 1)):
        assert len(await world.messages(model)) == count
    assert not list((world.folder / "artifacts" / "scratch").iterdir())


async def test_nothing_is_known_while_the_record_is_behind_the_stream(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(connection, "RECORD_TIMEOUT_S", 0.2)
    url = f"sqlite:///{world.folder / 'record.db'}"
    async with world.serving("recorder"):
        await world.order()
        await world.bus.settled("recorder")
    async with existing(DataFolder(world.folder / "data"), world.bus.server.url) as access:
        async with known_record(access, world.store, url) as known:
            assert known == url
        await world.bus.publish("project.cancelled", b'{"project_id": "33333333-3333-4333-8333-333333333333"}')
        with pytest.raises(TransientError, match="the record is behind the stream"):
            await known_record(access, world.store, url).__aenter__()


async def test_videos_are_made_while_somebody_prunes_all_the_time(world: World):
    """Everything that is not in use or of the last day is removed again and again, down to the last byte."""
    url, stop, rounds = f"sqlite:///{world.folder / 'record.db'}", asyncio.Event(), 0
    services = ("script", "tts", "sourcing", "assembly", "recorder")

    async def keep_pruning() -> None:
        nonlocal rounds
        while not stop.is_set():
            litter(world, 50)
            age_litter(world)
            now = datetime.now(UTC)
            usage = await api.usage(url, deleted_before=now)
            await prune_files(world.store, usage, Limits(age=timedelta(days=1), size=0), now=now)
            rounds += 1

    async with world.serving(*services):
        await world.order()
        pruning = asyncio.create_task(keep_pruning())
        try:
            await finished(world)
        finally:
            stop.set()
            await pruning
    assert rounds > 3
    assert len(await world.messages(FootageSourced)) == len(SCENES)
    assert not list((world.folder / "artifacts" / "content" / "aa").glob("0000*"))


def age_litter(world: World) -> None:
    then = time.time() - 60 * 86_400
    for path in (world.folder / "artifacts" / "content" / "aa").glob("0000*"):
        os.utime(path, (then, then))


async def test_a_killed_run_leaves_whole_files_and_the_next_one_removes_the_rest(world: World):
    scenes = await sourced_scenes(world)
    waste = litter(world, 20_000)
    age(world)
    command = ("prune", "--older-than", "30d", "--nats", world.bus.server.url)
    artifacts = (world.folder / "artifacts").as_uri()
    process = await start(*command, data=world.folder / "data", cwd=world.folder, ARTIFACTS_URL=artifacts)
    folder = waste[0].parent
    async with asyncio.timeout(60):
        while waste[0].exists() and waste[-1].exists() and waste[len(waste) // 2].exists():
            await asyncio.sleep(0.001)
    kill_group(process)
    await process.wait()
    left = len(list(folder.glob("0000*")))
    assert all((world.folder / "artifacts" / key).exists() for key in named(scenes))
    again = await prune(world, "--older-than", "30d", "--json")
    assert again.returncode == 0, again.err
    assert again.events[0]["files"] >= left
    assert not list(folder.glob("0000*"))
    assert all((world.folder / "artifacts" / key).exists() for key in named(scenes))


async def test_the_rights_of_a_client_are_enough(tmp_path: Path):
    database = Database(tmp_path / "record.db")
    await upgrade(database.url)
    now_ns = time.time_ns()
    await database.record(delivered(film(), start_ns=now_ns - 90 * 86_400 * 10**9))
    artifacts = (tmp_path / "artifacts").as_uri()
    async with deployed_bus(tmp_path) as bus:
        async with bus.connected("operator") as client:
            await provision(client.jetstream())
        password = SecretStr((bus.credentials / "recorder" / "nats_password").read_text())
        address = {"nats_url": bus.url, "nats_user": "recorder", "nats_password": password}
        recorder = create_recorder(RecorderSettings.model_validate(address | {"database_url": database.url}))
        await recorder.start()
        try:
            pruned = await run(
                *("prune", "--older-than", "30d", "--projects-older-than", "30d", "--record-older-than", "30d"),
                *("--yes", "--json"),
                data=tmp_path / "data",
                cwd=tmp_path,
                **bus.environment("client") | {"DATABASE_URL": database.url, "ARTIFACTS_URL": artifacts},
            )
        finally:
            await recorder.stop()
        assert pruned.returncode == 0, pruned.err
        assert pruned.events[0]["projects"] == [str(PROJECT)]
        assert database.rows("SELECT id FROM projects") == []
        assert "Violation" not in bus.log.read_text()
