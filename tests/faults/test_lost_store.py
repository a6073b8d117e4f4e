"""A server that comes back without its messages, with older ones, or with damaged files."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from scenewire.topology import PIPELINE
from scenewire_recorder import api
from tests.support.faults.world import Service, World, until

UNFINISHED = ("recorder", "script", "tts", "sourcing")
"""Services that bring a project as far as its footage."""

WATCHFUL = {"RECORDER_STREAM_CHECK_INTERVAL": "0.5"}


async def sourced(world: World, scenes: int = 2) -> str:
    """Orders a video, whose scenes wait for assembly, and returns once all of it is on record."""
    project = await world.order(scenes=scenes)
    await world.appears("footage.sourced", project, count=scenes)
    await world.settled()
    return project


async def alarm(recorder: Service) -> None:
    """Waits until the recorder has noticed the loss, in its log and in its health."""

    async def is_red() -> bool:
        is_ready, parts = await recorder.health()
        return not is_ready and "rebuild --to-stream" in parts.get("stream", "")

    await until(is_red, "the recorder's health names the loss")
    assert [event["level"] for event in recorder.events("stream_lost_messages")] == ["critical"]


async def restored(world: World) -> dict[str, int]:
    """Restores the stream, as `scenewire rebuild --to-stream` does, and waits for the end of the alarm."""
    (recorder,) = world.running("recorder")
    done = await api.restore_stream(world.record.url, world.server.url)
    await until(recorder.is_ready, "the recorder is ready")
    assert len(recorder.events("stream_restored")) == 1
    messages: dict[str, int] = done["messages"]
    return messages


def store_of(world: World) -> Path:
    return world.folder / "store"


@pytest.mark.smoke
async def test_row_36_the_server_comes_back_with_an_empty_store(own_world: World):
    own_world.about(36, "kill -9, started on an empty store", "nats-server")
    own_world.expected.stream_is_whole = False
    recorder, *_ = await own_world.start_all(UNFINISHED, **WATCHFUL)
    project = await sourced(own_world)
    own_world.fault()
    own_world.server.kill()
    shutil.rmtree(store_of(own_world))
    await own_world.server.start()
    await own_world.provision()
    await alarm(recorder)
    assert (await restored(own_world)).keys() == {project}
    await own_world.start("assembly")
    await own_world.outcome(project)
    await own_world.outcome(await own_world.order())


async def test_row_37_the_server_comes_back_with_an_older_store(own_world: World):
    own_world.about(37, "kill -9, started on a copy of its store from before", "nats-server")
    own_world.expected.stream_is_whole = False
    recorder, *_ = await own_world.start_all(UNFINISHED, **WATCHFUL)
    finished = await sourced(own_world)
    own_world.server.kill()
    older = shutil.copytree(store_of(own_world), own_world.folder / "older")
    await own_world.server.start()
    await own_world.start("assembly")
    await own_world.outcome(finished)
    own_world.kill("assembly")
    unfinished = await sourced(own_world)
    video = (await own_world.messages("video.assembled", finished))[0]
    own_world.fault()
    own_world.server.kill()
    shutil.rmtree(store_of(own_world))
    older.rename(store_of(own_world))
    await own_world.server.start()
    await own_world.provision()
    await alarm(recorder)
    assert (await restored(own_world)).keys() == {unfinished}
    made = {file: file.stat().st_mtime_ns for file in own_world.artifacts.rglob("content/**/*.mp4")}
    await own_world.start("assembly")
    await own_world.outcome(unfinished)
    await own_world.settled()
    assert (await own_world.messages("video.assembled", finished))[0].body == video.body
    assert all(file.stat().st_mtime_ns == modified for file, modified in made.items())


def truncated(block: Path) -> None:
    """By a quarter, in the middle of a message."""
    content = block.read_bytes()
    block.write_bytes(content[: len(content) * 3 // 4])


def flipped(block: Path) -> None:
    content = bytearray(block.read_bytes())
    content[len(content) // 2] ^= 1
    block.write_bytes(content)


@pytest.mark.parametrize("damage", [truncated, flipped])
async def test_row_38_a_file_of_the_stream_is_damaged(own_world: World, damage: Callable[[Path], None]):
    own_world.about(38, f"kill -9, a block {damage.__name__}, started", "nats-server")
    own_world.expected.stream_is_whole = False
    recorder, *_ = await own_world.start_all(UNFINISHED, **WATCHFUL)
    project = await sourced(own_world)
    before = (await own_world.jetstream.stream_info(PIPELINE.name)).state.messages
    own_world.fault()
    own_world.server.kill()
    blocks = list(store_of(own_world).rglob(f"streams/{PIPELINE.name}/msgs/*.blk"))
    damage(max(blocks, key=lambda block: block.stat().st_size))
    await own_world.server.start()
    await own_world.provision()
    assert (await own_world.jetstream.stream_info(PIPELINE.name)).state.messages < before
    await alarm(recorder)
    assert (await restored(own_world)).keys() == {project}
    await own_world.start("assembly")
    await own_world.outcome(project)
    await own_world.outcome(await own_world.order())
