"""A provisioned server and services on it, for tests of the bus."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from faststream import FastStream
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from scenewire.bus import Bus
from scenewire.messages import NarrationRequested, ProjectFailed
from scenewire.topology import PIPELINE, TTS, Retry
from tests.support.nats import provisioned_server, settings_for

FAST = Retry(max_tries=3, base=timedelta(milliseconds=20), cap=timedelta(milliseconds=100))
QUICK_TTS = replace(TTS, ack_wait=timedelta(seconds=1.5), heartbeat=timedelta(seconds=0.3))


@asynccontextmanager
async def bus_world(folder: Path):
    async with provisioned_server(folder) as (server, jetstream):
        yield World(server, jetstream, folder)


class World:
    """A provisioned server and services on it."""

    def __init__(self, server, jetstream: JetStreamContext, folder: Path) -> None:
        self.server, self.jetstream, self.folder = server, jetstream, folder

    def bus(self, **changes) -> Bus:
        settings = settings_for(self.server, self.folder).model_copy(update=changes)
        return Bus("test", settings, retry=FAST)

    @asynccontextmanager
    async def serving(self, bus: Bus):
        async with self.serving_app(bus.app()) as app:
            yield app

    @asynccontextmanager
    async def serving_app(self, app: FastStream):
        await app.start()
        try:
            yield app
        finally:
            await app.stop()

    async def publish(self, subject: str, body: bytes, **headers: str) -> int:
        return (await self.jetstream.publish(subject, body, headers=headers or None)).seq

    async def request(self, message: NarrationRequested) -> int:
        return await self.publish(
            message.subject, message.model_dump_json().encode(), correlation_id=str(message.project_id)
        )

    async def messages(self, stream: str, subject: str) -> int:
        info = await self.jetstream.stream_info(stream, subjects_filter=subject)
        return sum((info.state.subjects or {}).values())

    async def last_failure(self) -> ProjectFailed:
        stored = await self.jetstream.get_last_msg(PIPELINE.name, ProjectFailed.SUBJECT)
        return ProjectFailed.model_validate_json(stored.data or b"")

    async def settled(self, durable: str = TTS.name) -> None:
        """Waits until every stored message of the durable was delivered and nothing is in hand.

        A consumer counts a message as pending only a moment after the server has acknowledged its
        publication, so the last stored sequence is compared as well.
        """

        async def idle() -> bool:
            info = await self.jetstream.consumer_info(PIPELINE.name, durable)
            if info.num_pending or info.num_ack_pending or info.delivered is None:
                return False
            try:
                last = await self.jetstream.get_last_msg(PIPELINE.name, info.config.filter_subject or ">")
            except NotFoundError:
                return True
            return bool(info.delivered.stream_seq >= (last.seq or 0))

        await until(idle)


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(30):
        while not await condition():
            await asyncio.sleep(0.02)
