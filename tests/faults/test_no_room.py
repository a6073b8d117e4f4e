"""Room that runs out and comes back: work pauses and goes on, whatever it takes, and no try is used up."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from nats.js.api import StreamConfig

from scenewire.processes.run import run_program
from scenewire.topology import DEAD_LETTERS, DURABLES, PIPELINE
from tests.support.disks import fill
from tests.support.faults.world import World, until

PAUSES = 4
"""Attempts that find no room before it comes back."""


async def pauses(world: World, service: str) -> None:
    """Waits until a service has found no room several times."""

    def found_none() -> bool:
        events = [event for process in world.running(service) for event in process.events("paused")]
        return [event["reason"] for event in events].count("outage") >= PAUSES

    await until(found_none, f"{service} pauses", within_s=90)


async def nothing_was_repeated(world: World) -> None:
    for durable in DURABLES:
        if durable.heartbeat is not None:
            info = await world.jetstream.consumer_info(durable.stream, durable.name)
            assert info.num_redelivered == 0, durable.name
            delivered = info.delivered
            assert delivered is not None
            assert delivered.consumer_seq <= delivered.stream_seq, f"{durable.name}: more deliveries than messages"


async def limited(world: World, stream: str, max_bytes: int) -> None:
    config = (await world.jetstream.stream_info(stream)).config
    await world.jetstream.update_stream(StreamConfig(**vars(config) | {"max_bytes": max_bytes}))


async def test_row_39_the_stream_is_full_for_a_while(own_world: World):
    world = own_world
    world.about(39, "stream full, then room", "bus")
    await world.start_all()
    project = await world.order(scenes=3)
    await world.appears("scenes.scripted", project)
    state = (await world.jetstream.stream_info(PIPELINE.name)).state
    world.fault()
    await limited(world, PIPELINE.name, state.bytes + 1)
    await pauses(world, "tts")
    await limited(world, PIPELINE.name, PIPELINE.max_bytes)
    await world.outcome(project)
    await nothing_was_repeated(world)


async def test_row_39_failures_are_told_while_the_dead_letters_are_full(own_world: World):
    world = own_world
    world.about(39, "dead letters full", "bus")
    await world.start_all()
    await limited(world, DEAD_LETTERS.name, 1)
    refused = [await world.order(scenes=0, topic="x" * 5, text="!!!") for _ in range(70)]  # more than may be in flight
    world.expected.ends = dict.fromkeys(refused, "project.failed")
    world.fault()
    good = await world.order()
    await world.outcome(good)
    for project in refused:
        await world.outcome(project)


@pytest.fixture
async def small_disk(tmp_path: Path) -> AsyncIterator[None]:
    """Gives `own_world` a file system of its own for its artifacts. Comes before it, and goes after it."""
    artifacts = tmp_path / "world" / "artifacts"
    artifacts.mkdir(parents=True)
    mounted = await run_program(["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", artifacts], timeout=10)
    if mounted.returncode:
        pytest.skip("mounting a small disk needs root")
    yield
    await run_program(["umount", "--lazy", artifacts], timeout=10)


@pytest.mark.usefixtures("small_disk")
async def test_row_48_the_artifacts_disk_is_full_for_a_while(own_world: World):
    world = own_world
    world.about(48, "disk full, then room", "artifact store")
    await world.start_all()
    filler = fill(world.artifacts)
    world.fault()
    project = await world.order()
    await pauses(world, "script")
    filler.unlink()
    await world.outcome(project)
    await nothing_was_repeated(world)
