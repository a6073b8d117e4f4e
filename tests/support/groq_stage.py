"""The script stage with the Groq writer, composed as in the service, and the double of Groq."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from nats.js import JetStreamContext

from scenewire.artifacts.deletions import Deletions
from scenewire.artifacts.filesystem import FilesystemStore
from scenewire.artifacts.opening import open_store
from scenewire.bus import Bus
from scenewire.messages import ProjectFailed, ScenesScripted, ScriptRequested
from scenewire.settings import AdmissionSettings
from scenewire.topology import DEAD_LETTERS, PIPELINE, SCRIPT, Retry
from scenewire_script.handlers import register
from scenewire_script.orders.claims import OrderClaims
from scenewire_script.settings import ScriptSettings
from scenewire_script.stage import ScriptStage
from scenewire_script.storyboard.stage import StoryboardStage
from scenewire_script.writers.language_model.groq import GroqClient
from scenewire_script.writers.language_model.prices import TokenPrices
from scenewire_script.writers.language_model.writer import LanguageModelWriter
from scenewire_script.writers.outline import OutlineWriter
from scripts.doubles.language_model import KEY, GroqDouble
from tests.support.nats import provisioned_server

FAST = Retry(max_tries=3, base=timedelta(milliseconds=20), cap=timedelta(milliseconds=100))
PROJECT = UUID("5a5f8a9e-3c1d-4c1e-9f57-0d8a3f4b2c11")
RATE = 2.3


def settings_for(double: GroqDouble, folder: Path, **changes) -> ScriptSettings:
    values = {"groq_base_url": double.url, "groq_api_key": KEY, "artifacts_url": folder.as_uri(), **changes}
    return ScriptSettings(**values)


@asynccontextmanager
async def client_of(double: GroqDouble, folder: Path, **changes) -> AsyncIterator[GroqClient]:
    settings = settings_for(double, folder, **changes)
    client = GroqClient(
        key=settings.groq_key(),
        model=settings.groq_model,
        base_url=settings.groq_base_url,
        strict=settings.groq_strict,
        timeout=settings.groq_timeout,
        max_tokens=settings.groq_max_tokens,
    )
    try:
        yield client
    finally:
        await client.aclose()


@asynccontextmanager
async def stage_of(
    double: GroqDouble,
    folder: Path,
    *,
    words_per_second: float = RATE,
    prices: TokenPrices = TokenPrices(),  # noqa: B008 - immutable
    **changes,
) -> AsyncIterator[ScriptStage]:
    store = FilesystemStore(folder)
    async with client_of(double, folder, **changes) as client:
        writer = LanguageModelWriter(client, store, words_per_second=words_per_second, prices=prices)
        yield ScriptStage(store, writer, divider=OutlineWriter(), words_per_second=words_per_second)


async def script_of(double: GroqDouble, folder: Path, order: ScriptRequested, **changes) -> ScenesScripted:
    async with stage_of(double, folder, **changes) as stage:
        return await stage.write(order, PROJECT)


class World:
    """The service with fast retries on a provisioned server."""

    def __init__(self, jetstream: JetStreamContext) -> None:
        self.jetstream = jetstream

    async def order(self, **order) -> None:
        await self.jetstream.publish(SCRIPT.subjects[0], json.dumps({"project_id": str(PROJECT), **order}).encode())

    async def script(self) -> ScenesScripted:
        return ScenesScripted.model_validate_json(await self._first(ScenesScripted.SUBJECT))

    async def failure(self) -> ProjectFailed:
        return ProjectFailed.model_validate_json(await self._first(ProjectFailed.SUBJECT))

    async def count(self, stream: str, subject: str) -> int:
        info = await self.jetstream.stream_info(stream, subjects_filter=subject)
        return sum((info.state.subjects or {}).values())

    async def everything(self) -> bytes:
        """All messages of all streams, headers included."""
        found = []
        for stream in (PIPELINE.name, DEAD_LETTERS.name):
            state = (await self.jetstream.stream_info(stream)).state
            for sequence in range(state.first_seq, state.last_seq + 1):
                message = await self.jetstream.get_msg(stream, sequence)
                found.append(repr((message.headers, message.data)).encode())
        assert len(found) >= 3
        return b"\n".join(found)

    async def _first(self, subject: str) -> bytes:
        subscription = await self.jetstream.subscribe(subject, stream=PIPELINE.name, ordered_consumer=True)
        try:
            body: bytes = (await subscription.next_msg(timeout=30)).data
        finally:
            await subscription.unsubscribe()
        return body


@asynccontextmanager
async def world(
    double: GroqDouble,
    folder: Path,
    *,
    prices: TokenPrices = TokenPrices(),  # noqa: B008 - immutable
    **changes,
) -> AsyncIterator[World]:
    async with provisioned_server(folder) as (server, jetstream), stage_of(double, folder, prices=prices) as stage:
        settings = settings_for(double, folder, nats_url=server.url, log_format="console", **changes)
        bus = Bus("script", settings, retry=FAST)
        store = open_store(settings.artifacts_url)
        register(
            bus,
            stage,
            OrderClaims(store),
            StoryboardStage(store),
            Deletions(store),
            loops=settings.loops,
            limits=AdmissionSettings(),
        )
        app = bus.app()
        await app.start()
        try:
            yield World(jetstream)
        finally:
            await app.stop()
