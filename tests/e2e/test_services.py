"""Every service as a process of its own, started as a deployment starts it."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from nats.js import JetStreamContext

from scenewire.bus.provisioning.provision import provision
from scenewire.probe.probe import probe_media
from scenewire.topology import ASSEMBLY, PIPELINE
from tests.support.nats import connected, running_server
from tests.support.product import environment, kill_group, record

SERVICES = ("recorder", "script", "tts", "sourcing", "assembly")
LOOK = {"width": 320, "height": 180}

pytestmark = pytest.mark.timeout(240)


class Deployment:
    """A server, and services beside it."""

    def __init__(self, folder: Path, url: str, jetstream: JetStreamContext, stack: AsyncExitStack) -> None:
        self.folder, self.jetstream, self._url, self._stack = folder, jetstream, url, stack

    async def python(self, *arguments: str) -> asyncio.subprocess.Process:
        """Ours, with the environment of a deployment; ended with the test."""
        settings = {
            "NATS_URL": self._url,
            "ARTIFACTS_URL": (self.folder / "artifacts").as_uri(),
            "DATABASE_URL": f"sqlite:///{self.folder / 'scenewire.db'}",
            "ASSEMBLY_LOOPS": "1",
            "PYTHONPATH": str(Path(__file__).parents[2]),
        }
        with (self.folder / "log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                *arguments,
                cwd=self.folder,
                env=environment(self.folder, **settings),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._stack.callback(kill_group, process)
        return process

    async def service(self, name: str, module: str | None = None) -> asyncio.subprocess.Process:
        factory = f"{module or f'scenewire_{name}.app'}:create_app"
        return await self.python("faststream", "run", factory, "--factory")

    async def order(self, **order: Any) -> None:
        await self.jetstream.publish("script.requested", json.dumps({"look": LOOK, **order}).encode())

    async def message(self, subject: str) -> dict[str, Any]:
        """The first message on a subject, once it is there."""
        subscription = await self.jetstream.subscribe(subject, stream=PIPELINE.name, ordered_consumer=True)
        try:
            message: dict[str, Any] = json.loads((await subscription.next_msg(timeout=120)).data)
        finally:
            await subscription.unsubscribe()
        return message

    async def count(self, subject: str) -> int:
        info = await self.jetstream.stream_info(PIPELINE.name, subjects_filter=subject)
        return sum((info.state.subjects or {}).values())

    async def sequences(self, subject: str) -> list[int]:
        """Where in the stream the messages of a subject are."""
        info = await self.jetstream.stream_info(PIPELINE.name)
        found = []
        for sequence in range(1, info.state.last_seq + 1):
            message = await self.jetstream.get_msg(PIPELINE.name, sequence)
            if message.subject and message.subject.startswith(subject):
                found.append(sequence)
        return found


@pytest.fixture
async def deployment(tmp_path: Path) -> AsyncIterator[Deployment]:
    async with deployed(tmp_path) as deployment:
        yield deployment


@asynccontextmanager
async def deployed(folder: Path) -> AsyncIterator[Deployment]:
    async with (
        running_server(folder) as server,
        connected(server) as (_, jetstream),
        AsyncExitStack() as stack,
    ):
        yield Deployment(folder, server.url, jetstream, stack)


async def test_b51_services_in_their_own_processes_make_a_video_together_and_stop_on_sigterm(deployment: Deployment):
    services = [await deployment.service(name) for name in SERVICES]  # they wait for the next line
    provisioned = await deployment.python("scenewire.bus", "provision")
    assert await provisioned.wait() == 0
    await deployment.order(topic="Tea", scenes=[{"text": "One."}, {"text": "Two."}, {"text": "Three."}])
    film = await deployment.message("video.assembled")
    facts = await probe_media(deployment.folder / "artifacts" / film["video"]["key"])
    assert facts.video is not None
    assert facts.video.frames == film["frames"]
    for service in services:
        service.send_signal(signal.SIGTERM)
    async with asyncio.timeout(30):
        assert [await service.wait() for service in services] == [0] * len(services)
    with record(deployment.folder) as connection:
        project = connection.execute("SELECT current_step, video_path FROM projects").fetchone()
    assert tuple(project) == ("export", film["video"]["key"])


async def test_the_first_segment_is_rendered_before_the_last_narration(deployment: Deployment):
    provisioned = await deployment.python("scenewire.bus", "provision")
    assert await provisioned.wait() == 0
    for name in ("script", "sourcing", "assembly"):
        await deployment.service(name)
    await deployment.service("tts", "tests.support.paced_voice")
    cups = [{"text": f"Cup number {cup} is filled with fresh water and set on the stove."} for cup in range(10)]
    await deployment.order(topic="Tea", scenes=cups)
    film = await deployment.message("video.assembled")
    assert film["brief"]["scene_count"] == 10
    spoken = await deployment.sequences("audio.rendered")
    rendered = await deployment.sequences("segment.rendered")
    assert len(spoken) == len(rendered) == 10
    assert rendered[0] < spoken[-1]


async def test_b58_b59_the_scene_of_a_killed_assembly_worker_is_taken_over_and_the_video_made_once(
    deployment: Deployment,
):
    provisioned = await deployment.python("scenewire.bus", "provision")
    assert await provisioned.wait() == 0
    impatient = replace(ASSEMBLY, ack_wait=timedelta(seconds=9))
    await provision(deployment.jetstream, streams=[], durables=[impatient])
    for name in ("script", "tts", "sourcing"):
        await deployment.service(name)
    first = await deployment.service("assembly")
    await deployment.order(topic="Tea", scenes=[{"text": f"This is sentence number {n}."} for n in range(6)])
    await deployment.message("segment.rendered.>")
    kill_group(first)
    await first.wait()
    await deployment.service("assembly")
    await deployment.service("assembly")
    film = await deployment.message("video.assembled")
    assert await deployment.count("segment.rendered.>") == 6
    assert await deployment.count("video.assembled") == 1
    facts = await probe_media(deployment.folder / "artifacts" / film["video"]["key"])
    assert facts.video is not None
    assert facts.video.frames == film["frames"]
