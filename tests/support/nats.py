"""A real nats-server for tests, provisioned as the product's, and settings that point to it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import nats
from nats.aio.client import Client
from nats.js import JetStreamContext

from scenewire.bus.provisioning.provision import provision
from scenewire.settings import ServiceSettings
from scenewire_cli.stack.nats_server import NatsServer
from tests.support.servers import in_containers


@asynccontextmanager
async def running_server(folder: Path, *, port: int = -1) -> AsyncIterator[NatsServer]:
    kind = _contained() if in_containers() else NatsServer
    server = kind(store=folder / "store", run=folder / "run", log=folder / "nats.log", port=port)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


@asynccontextmanager
async def connected(server: NatsServer) -> AsyncIterator[tuple[Client, JetStreamContext]]:
    connection = await nats.connect(server.url, reconnect_time_wait=0.1)
    try:
        yield connection, connection.jetstream(timeout=10)
    finally:
        await connection.close()


@asynccontextmanager
async def provisioned_server(folder: Path) -> AsyncIterator[tuple[NatsServer, JetStreamContext]]:
    async with running_server(folder) as server, connected(server) as (_, jetstream):
        await provision(jetstream)
        yield server, jetstream


def _contained() -> type[NatsServer]:
    from tests.support.nats_container import ContainedNatsServer  # noqa: PLC0415 - only where there is an engine

    return ContainedNatsServer


def settings_for(server: NatsServer, artifacts: Path) -> ServiceSettings:
    return ServiceSettings(nats_url=server.url, artifacts_url=artifacts.as_uri(), log_format="console")
