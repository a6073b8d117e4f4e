"""Files that are lost or damaged between two stages are made again once, from inputs that are still there."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar
from uuid import UUID, uuid4

import pytest

from scenewire.artifacts.filesystem import FilesystemStore
from scenewire.bus.client import BusClient
from scenewire.messages import (
    ArtifactRef,
    AudioRendered,
    FootageSourced,
    Message,
    NarrationRequested,
    ProjectFailed,
    ScriptRequested,
    SegmentRendered,
    VideoAssembled,
)
from scenewire.topology import PIPELINE
from scenewire_assembly.app import create_app as assembly_app
from scenewire_assembly.settings import AssemblySettings
from scenewire_recorder.app import create_app as recorder_app
from scenewire_recorder.settings import RecorderSettings
from scenewire_script.app import create_app as script_app
from scenewire_script.settings import ScriptSettings
from scenewire_sourcing.app import create_app as sourcing_app
from scenewire_sourcing.settings import SourcingSettings
from scenewire_tts.app import create_app as tts_app
from scenewire_tts.settings import TtsSettings
from tests.support.bus_world import World as BusWorld
from tests.support.bus_world import bus_world
from tests.support.media import make_clip
from tests.unit.recorder.story import Database

pytestmark = pytest.mark.timeout(120)

MessageT = TypeVar("MessageT", bound=Message)

SCENES = ("The harbour is quiet.", "The river is long.")
LOOK = {"width": 320, "height": 180, "closing": False, "title": False}


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


Damage = Callable[[Path], None]
DAMAGES = pytest.mark.parametrize("damage", [_flip, _truncate, Path.unlink], ids=["flipped", "truncated", "deleted"])


class World:
    """A bus, a store, and the product's services, which tests start and stop one by one."""

    def __init__(self, bus: BusWorld, folder: Path) -> None:
        self.bus, self.folder = bus, folder
        self.store = FilesystemStore(folder / "artifacts")
        self.project = uuid4()

    @asynccontextmanager
    async def serving(self, *names: str) -> AsyncIterator[None]:
        base = {
            "nats_url": self.bus.server.url,
            "artifacts_url": (self.folder / "artifacts").as_uri(),
            "log_format": "console",
        }
        makers = {
            "script": lambda: script_app(ScriptSettings(**base, writer="outline")),
            "tts": lambda: tts_app(TtsSettings(**base, engine="espeak")),
            "sourcing": lambda: sourcing_app(SourcingSettings(**base, library_dir=self.folder / "library")),
            "assembly": lambda: assembly_app(AssemblySettings(**base, preset="ultrafast", loops=1)),
            "recorder": lambda: recorder_app(
                RecorderSettings(**base, database_url=f"sqlite:///{self.folder / 'record.db'}")
            ),
        }
        apps = [makers[name]() for name in names]
        for app in apps:
            await app.start()
        try:
            yield
        finally:
            await asyncio.gather(*(app.stop() for app in apps))

    async def order(self) -> None:
        order = {"project_id": self.project, "scenes": SCENES, "language": "en", "look": LOOK}
        message = ScriptRequested.model_validate(order)
        await self.bus.publish(message.subject, message.model_dump_json().encode(), **{"Nats-Msg-Id": "order"})

    async def messages(self, model: type[MessageT]) -> list[MessageT]:
        subject = f"{model.SUBJECT}.>" if model is SegmentRendered else model.SUBJECT
        stored = BusClient(self.bus.jetstream._nc).stored((subject,))
        return [model.model_validate_json(message.body) async for message in stored]

    async def awaited(self, model: type[MessageT], count: int) -> list[MessageT]:
        async with asyncio.timeout(60):
            while len(found := await self.messages(model)) < count:
                assert model is ProjectFailed or not await self.messages(ProjectFailed)
                await asyncio.sleep(0.1)
        return found

    def file(self, ref: ArtifactRef) -> Path:
        return self.folder / "artifacts" / ref.key


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    for name in ("harbour", "river"):
        colour = "blue" if name == "river" else "red"
        filters = ("-vf", f"drawbox=color={colour}@0.5:t=fill")
        await make_clip(tmp_path / "library" / f"{name} quiet long.mp4", seconds=4, size="320x180", arguments=filters)
    async with bus_world(tmp_path / "bus") as bus:
        yield World(bus, tmp_path)


async def sourced_scenes(world: World) -> Sequence[FootageSourced]:
    """Orders a video and returns its scenes once they have footage; assembly has not seen them."""
    async with world.serving("script", "tts", "sourcing"):
        await world.order()
        found = await world.awaited(FootageSourced, len(SCENES))
    return sorted(found, key=lambda message: message.scene.scene_number)


async def finished(world: World) -> VideoAssembled:
    (video,) = await world.awaited(VideoAssembled, 1)
    await world.store.open(video.video)
    assert not await world.messages(ProjectFailed)
    return video


@DAMAGES
async def test_row_49_a_lost_narration_is_spoken_again_and_the_video_is_made(world: World, damage: Damage):
    scene, other = await sourced_scenes(world)
    damage(world.file(scene.narration.audio))
    async with world.serving("tts", "sourcing", "assembly", "recorder"):
        video = await finished(world)
        await world.store.open(scene.narration.audio)
        for durable in ("tts", "sourcing", "assembly", "recorder"):
            await world.bus.settled(durable)
    assert video.brief.scene_count == len(SCENES)
    requested = [message for message in await world.messages(NarrationRequested) if message.redriven]
    assert [(message.scene.scene_number, message.redriven) for message in requested] == [(1, ("narration",))]
    assert len(await world.messages(AudioRendered)) == len(SCENES) + 1
    record = Database(world.folder / "record.db")
    assert [row["status"] for row in record.rows("SELECT status FROM projects")] == ["complete"]
    assert len(record.rows("SELECT id FROM scenes")) == len(SCENES)
    assert other.narration.audio != scene.narration.audio


@DAMAGES
async def test_row_49_a_lost_clip_is_taken_in_again_and_the_video_is_made(world: World, damage: Damage):
    scene, _ = await sourced_scenes(world)
    clip = scene.footage.clips[0]
    damage(world.file(clip.file))
    async with world.serving("tts", "sourcing", "assembly"):
        await finished(world)
    again = [message for message in await world.messages(FootageSourced) if message.redriven]
    assert {message.redriven for message in again} == {("footage",)}
    assert again[0].footage.clips[0].file == clip.file


@DAMAGES
async def test_row_49_a_lost_segment_is_encoded_again_and_the_video_is_made(world: World, damage: Damage):
    first, second = await sourced_scenes(world)
    await world.bus.jetstream.purge_stream(PIPELINE.name, subject=FootageSourced.SUBJECT)
    async with world.serving("assembly"):
        await publish(world, first)
        (rendered,) = await world.awaited(SegmentRendered, 1)
        damage(world.file(rendered.segment.video))
        await publish(world, second)
        await finished(world)
        await world.store.open(rendered.segment.video)
    segments = await world.messages(SegmentRendered)
    assert [message.redriven for message in segments] == [(), (), ("segment",)]
    assert segments[-1].selection == first.selection


async def publish(world: World, message: FootageSourced) -> None:
    ids = {"Nats-Msg-Id": f"again:{message.message_id}", "correlation_id": str(world.project)}
    await world.bus.publish(message.subject, message.model_dump_json().encode(), **ids)


async def test_row_49_a_segment_and_its_narration_lost_together_are_made_again(world: World):
    scenes = await sourced_scenes(world)
    await world.bus.jetstream.purge_stream(PIPELINE.name, subject=FootageSourced.SUBJECT)
    async with world.serving("assembly"):
        await publish(world, scenes[0])
        (rendered,) = await world.awaited(SegmentRendered, 1)
        Path.unlink(world.file(rendered.segment.video))
        Path.unlink(world.file(scenes[0].narration.audio))
        async with world.serving("tts", "sourcing"):
            await publish(world, scenes[1])
            await finished(world)


async def test_row_49_a_narration_that_was_made_again_and_is_lost_again_fails_the_project(world: World):
    """A disk that damages every file again must not keep its project going round."""
    scene, _ = await sourced_scenes(world)
    audio = world.file(scene.narration.audio)
    audio.unlink()
    async with world.serving("assembly"):
        requests = await world.awaited(NarrationRequested, len(SCENES) + 1)
        spoken = requests[-1].next(FootageSourced, narration=scene.narration, footage=scene.footage)
        await world.bus.publish(spoken.subject, spoken.model_dump_json().encode())
        (failed,) = await world.awaited(ProjectFailed, 1)
    assert (failed.project_id, failed.scene_number, failed.code) == (UUID(str(world.project)), 1, "artifact_corrupt")
    assert "made again" in failed.message
