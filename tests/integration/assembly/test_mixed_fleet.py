"""Workers with and without a graphics card on one bus: every video has one encoder.

A program stands in for an ffmpeg that finds a card.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from scenewire.artifacts.filesystem import FilesystemStore
from scenewire.bus.client import BusClient
from scenewire.errors import PermanentError
from scenewire.messages import SegmentRendered, VideoAssembled
from scenewire.probe.probe import probe_media
from scenewire.topology import INTERRUPTIONS
from scenewire_assembly.app import create_app
from scenewire_assembly.encoders import agreement
from scenewire_assembly.settings import AssemblySettings
from tests.support.bus_world import World as BusWorld
from tests.support.bus_world import bus_world
from tests.support.card import ffmpeg_with_card
from tests.support.nats import settings_for
from tests.support.studio import Studio

pytestmark = pytest.mark.timeout(120)

SCENES = 4


class Fleet:
    """A bus, a store, and workers of assembly, which tests start and stop one by one."""

    def __init__(self, bus: BusWorld, folder: Path) -> None:
        self.bus, self.studio = bus, Studio(folder)
        self.store = FilesystemStore(folder / "store")
        base = settings_for(bus.server, folder / "store").model_dump()
        self.plain = AssemblySettings(**base, preset="ultrafast", loops=2)
        self.card = self.plain.model_copy(update={"encoder": "h264_nvenc", "ffmpeg": ffmpeg_with_card(folder / "card")})

    @asynccontextmanager
    async def working(self, settings: AssemblySettings) -> AsyncIterator[None]:
        app = create_app(settings)
        await app.start()
        try:
            yield
        finally:
            await app.stop()

    async def publish(self, project: UUID, *numbers: int) -> None:
        for number in numbers:
            sourced = (await self.studio.sourced(number, of=SCENES, samples=6_000)).model_copy(
                update={"project_id": project}
            )
            await self.bus.publish(
                sourced.subject,
                sourced.model_dump_json().encode(),
                **{"Nats-Msg-Id": sourced.message_id, "correlation_id": str(project)},
            )

    async def segments(self) -> list[SegmentRendered]:
        stored = BusClient(self.bus.jetstream._nc).stored((f"{SegmentRendered.SUBJECT}.>",))
        return [SegmentRendered.model_validate_json(message.body) async for message in stored]

    async def until_rendered(self, count: int) -> list[SegmentRendered]:
        async with asyncio.timeout(60):
            while len(segments := await self.segments()) < count:
                await asyncio.sleep(0.05)
        return segments

    async def video(self) -> VideoAssembled:
        async with asyncio.timeout(60):
            while not await self.bus.messages("PIPELINE", VideoAssembled.SUBJECT):
                await asyncio.sleep(0.05)
        stored = BusClient(self.bus.jetstream._nc).stored((VideoAssembled.SUBJECT,))
        (video,) = [VideoAssembled.model_validate_json(message.body) async for message in stored]
        facts = await probe_media(await self.store.open(video.video))
        assert facts.video is not None
        assert facts.video.frames == video.frames == SCENES * 8
        return video


@pytest.fixture
async def fleet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Fleet]:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    monkeypatch.setattr(agreement, "_POLL_S", 0.1)
    monkeypatch.setattr(agreement, "_HANDOVER_DELAY_S", 0.1)
    async with bus_world(tmp_path) as bus:
        yield Fleet(bus, tmp_path)


async def test_scenes_of_a_video_that_a_card_began_wait_for_the_card_and_are_handed_to_it(fleet: Fleet):
    project = uuid4()
    async with fleet.working(fleet.card):
        await fleet.publish(project, 1)
        await fleet.until_rendered(1)
    async with fleet.working(fleet.plain):
        await fleet.publish(project, *range(2, SCENES + 1))
        async with asyncio.timeout(30):
            while (await fleet.bus.jetstream.consumer_info("PIPELINE", "assembly")).num_ack_pending < 2:
                await asyncio.sleep(0.05)
        async with fleet.working(fleet.card):
            video = await fleet.video()
    assert video.encoder == "h264_nvenc"
    assert video.device.startswith("Test Card 4")
    assert {each.segment.encoder for each in await fleet.segments()} == {"h264_nvenc"}
    assert (
        await fleet.bus.messages(INTERRUPTIONS.name, "interruptions.assembly.*") >= 2
    )  # the worker without it had them
    assert video.notes == ()


async def test_a_video_whose_card_stays_away_is_encoded_in_software(fleet: Fleet):
    project = uuid4()
    async with fleet.working(fleet.card):
        await fleet.publish(project, 1)
        await fleet.until_rendered(1)
    async with fleet.working(fleet.plain.model_copy(update={"encoder_wait": timedelta(seconds=1)})):
        await fleet.publish(project, *range(2, SCENES + 1))
        video = await fleet.video()
    assert (video.encoder, video.device) == ("libx264", "cpu")
    assert len([note for note in video.notes if "begun with h264_nvenc" in note]) == 1


async def test_a_worker_with_a_card_joins_a_video_that_was_begun_in_software(fleet: Fleet):
    project = uuid4()
    async with fleet.working(fleet.plain):
        await fleet.publish(project, 1)
        await fleet.until_rendered(1)
    async with fleet.working(fleet.card):
        await fleet.publish(project, *range(2, SCENES + 1))
        video = await fleet.video()
    assert (video.encoder, video.notes) == ("libx264", ())


async def test_a_service_that_was_told_to_use_a_card_does_not_start_without_one(fleet: Fleet):
    told = fleet.plain.model_copy(update={"encoder": "h264_nvenc"})
    app = create_app(told)
    with pytest.raises(PermanentError, match="ASSEMBLY_ENCODER is h264_nvenc, which does not work here"):
        await app.start()
    await app.stop()
