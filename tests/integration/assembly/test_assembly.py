"""The assembly service on a real NATS server: many scenes in any order, one video."""

import asyncio
import json
import wave
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from scenewire.artifacts.filesystem import FilesystemStore
from scenewire.ffmpeg.discovery import find_ffmpeg
from scenewire.messages import FootageSourced, NarrationRequested, ProjectFailed, SegmentRendered, VideoAssembled
from scenewire.topology import ASSEMBLY, PIPELINE
from scenewire_assembly.app import create_app
from scenewire_assembly.settings import AssemblySettings
from tests.support.builders import footage_sourced
from tests.support.clips import clip
from tests.support.nats import provisioned_server, settings_for

SAMPLES = 6_000


@pytest.fixture
async def world(tmp_path: Path):
    async with provisioned_server(tmp_path) as (server, jetstream):
        base = settings_for(server, tmp_path / "artifacts").model_dump()
        yield World(AssemblySettings(**base, preset="ultrafast", loops=2), jetstream, tmp_path)


class World:
    def __init__(self, settings: AssemblySettings, jetstream: JetStreamContext, folder: Path) -> None:
        self.settings, self.jetstream, self.folder = settings, jetstream, folder
        self.store = FilesystemStore(folder / "artifacts")
        self.published = 0
        """Sequence of the latest message."""

    async def sourced(self, project: UUID, number: int, of: int, **changes) -> FootageSourced:
        path = self.folder / "n.wav"
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(24_000)
            file.writeframes(b"\x00\x20\x00\xe0" * (SAMPLES // 2))
        message = footage_sourced(project, number, of)
        audio = await self.store.add(path, "audio/wav")
        narration = message.narration.model_copy(update={"audio": audio, "samples": SAMPLES, "words": ()})
        return message.model_copy(update={"narration": narration, **changes})

    async def publish(self, message: FootageSourced) -> None:
        stored = await self.jetstream.publish(
            message.subject,
            message.model_dump_json().encode(),
            headers={"correlation_id": str(message.project_id), "Nats-Msg-Id": f"{message.message_id}:{uuid4()}"},
        )
        self.published = stored.seq

    @asynccontextmanager
    async def serving(self):
        app = create_app(self.settings)
        await app.start()
        try:
            yield
        finally:
            await app.stop()

    async def settled(self) -> None:
        """Waits until the latest message was delivered, and none is pending or in flight."""
        while True:
            info = await self.jetstream.consumer_info(PIPELINE.name, ASSEMBLY.name)
            is_delivered = info.delivered is not None and (info.delivered.stream_seq or 0) >= self.published
            if is_delivered and info.num_pending == 0 and info.num_ack_pending == 0:
                return
            await asyncio.sleep(0.05)

    async def count(self, subject: str) -> int:
        info = await self.jetstream.stream_info(PIPELINE.name, subjects_filter=subject)
        return sum((info.state.subjects or {}).values())

    async def last(self, model):
        stored = await self.jetstream.get_last_msg(PIPELINE.name, model.SUBJECT)
        return model.model_validate_json(stored.data or b"")


async def test_row_51_scenes_in_any_order_delivered_twice_make_one_video(world):
    project = uuid4()
    scenes = [await world.sourced(project, number, 3) for number in (3, 1, 2)]
    async with world.serving():
        for message in (*scenes, *scenes):
            await world.publish(message)
        await world.settled()
    assert await world.count(f"{SegmentRendered.SUBJECT}.{project}.>") == 3
    assert await world.count(VideoAssembled.SUBJECT) == 1
    film = await world.last(VideoAssembled)
    assert film.project_id == project
    assert film.frames == 3 * -(-SAMPLES * 30 // 24_000)
    assert (await world.store.open(film.video)).stat().st_size == film.video.size


async def test_a_video_waits_for_its_last_scene_and_another_worker_may_finish_it(world):
    project = uuid4()
    async with world.serving():
        await world.publish(await world.sourced(project, 2, 2))
        await world.settled()
    with pytest.raises(NotFoundError):
        await world.last(VideoAssembled)
    async with world.serving():
        await world.publish(await world.sourced(project, 1, 2))
        await world.settled()
    assert (await world.last(VideoAssembled)).project_id == project


async def test_a_rerun_makes_a_second_video_only_of_its_own_scenes(world):
    project = uuid4()
    async with world.serving():
        for revision in (0, 1):
            for number in (1, 2):
                await world.publish(await world.sourced(project, number, 2, revision=revision))
            await world.settled()
    assert await world.count(VideoAssembled.SUBJECT) == 2
    assert (await world.last(VideoAssembled)).revision == 1


async def test_a_missing_narration_is_asked_for_again_and_fails_nothing_yet(world):
    lost = footage_sourced(uuid4(), 2, 2)
    async with world.serving():
        await world.publish(lost)
        await world.publish(lost)
        await world.settled()
    again = await world.last(NarrationRequested)
    assert (again.project_id, again.scene, again.redriven) == (lost.project_id, lost.scene, ("narration",))
    assert await world.count(NarrationRequested.SUBJECT) == 1
    assert await world.count(ProjectFailed.SUBJECT) == 0


async def test_b14_a_missing_narration_fails_the_project_and_names_the_scene(world):
    async with world.serving():
        await world.publish(footage_sourced(uuid4(), 2, 2).model_copy(update={"redriven": ("narration",)}))
        await world.settled()
    assert await world.count(NarrationRequested.SUBJECT) == 0
    failed = await world.last(ProjectFailed)
    assert (failed.stage, failed.scene_number, failed.code) == ("assembly", 2, "artifact_corrupt")
    assert failed.message.startswith("scene 2: its narration was made again")


async def test_a02_clips_outside_their_sources_fail_the_project_with_scene_and_faults(world):
    good = footage_sourced(uuid4(), 2, 2)
    body = good.model_dump(mode="json")
    clips = [clip(60, name=name).model_dump(mode="json") for name in ("one", "two", "three")]
    clips[0]["out_frame"] = 61
    clips[2] |= {"in_frame": 70, "out_frame": 65}
    body["footage"] |= {"clips": clips, "fallback": False}
    async with world.serving():
        await world.jetstream.publish(good.subject, json.dumps(body).encode())
        await world.settled()
    failed = await world.last(ProjectFailed)
    assert (failed.project_id, failed.scene_number, failed.code) == (good.project_id, 2, "invalid_message")
    assert "clip one: out_point: must be inside the source (got: 61, expected: <=60)" in failed.message
    assert "clip three: out_point: must be after the in-point (got: 65, expected: >70)" in failed.message
    assert "in_point: must be inside the source (got: 70, expected: <60)" in failed.message


HANGS = """#!/bin/sh
case "$*" in *-progress*segment.mp4*)
    echo started >> '{starts}'
    printf 'frame=3\\nout_time_us=100000\\nprogress=continue\\n'
    [ $(wc -l < '{starts}') -gt {hangs} ] || exec sleep 600
esac
exec '{ffmpeg}' "$@"
"""


@pytest.mark.parametrize("hangs", [1, 2])
async def test_row_67_a_stalled_encoder_is_started_once_more_and_then_fails_the_project(world, hangs):
    shim, starts = world.folder / "ffmpeg", world.folder / "starts"
    ffmpeg = await find_ffmpeg()
    shim.write_text(HANGS.format(starts=starts, hangs=hangs, ffmpeg=ffmpeg.path))
    shim.chmod(0o755)
    world.settings = world.settings.model_copy(update={"ffmpeg": shim, "stall_timeout": timedelta(seconds=1)})
    async with world.serving():
        await world.publish(await world.sourced(uuid4(), 1, 1))
        await world.settled()
    assert len(starts.read_text().splitlines()) == 2
    if hangs == 1:
        assert await world.last(VideoAssembled)
    else:
        failed = await world.last(ProjectFailed)
        assert (failed.scene_number, failed.code) == (1, "program_timeout")
        assert failed.message == "scene 1: ffmpeg made no progress for 1 s and was killed, twice"
