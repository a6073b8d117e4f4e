"""A provisioned nats-server for benchmarks, and what its process uses."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from nats.aio.client import Client
from nats.js import JetStreamContext

from scenewire.bus.client import BusClient
from scenewire.bus.connection import BusAddress, connected
from scenewire.bus.provisioning.provision import configured_durables, provision
from scenewire.settings import ProvisionSettings, ServiceSettings
from scenewire_cli.stack.nats_server import NatsServer

__all__ = ["Broker", "Usage", "running_broker", "usage_of"]

_PAGE: Final = os.sysconf("SC_PAGE_SIZE")
_TICK: Final = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Usage:
    """Resident memory in bytes and processor seconds of a process so far."""

    rss: int
    cpu_s: float


@dataclass(frozen=True)
class Broker:
    """A running server.

    Attributes:
        url: with its password.
        pid: its process.
        client: reads and publishes as commands do.
        connection: the connection of both.
        jetstream: the streams and durables.
    """

    url: str
    pid: int
    client: BusClient
    connection: Client
    jetstream: JetStreamContext


def usage_of(pid: int) -> Usage:
    """Returns what a process uses; Linux only."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="utf-8").split()[1])
    return Usage(pages * _PAGE, (int(fields[11]) + int(fields[12])) / _TICK)


@asynccontextmanager
async def running_broker(folder: Path, *, max_in_flight: int | None = None) -> AsyncIterator[Broker]:
    """Runs a server, provisioned as the product's.

    Args:
        folder: for its files.
        max_in_flight: `BUS_MAX_IN_FLIGHT`; None is the default.
    """
    server = NatsServer(store=folder / "store", run=folder / "run", log=folder / "nats.log")
    url = await server.start()
    try:
        address = BusAddress.from_settings(ServiceSettings(nats_url=url, artifacts_url=folder.as_uri()))
        limits = ProvisionSettings() if max_in_flight is None else ProvisionSettings(max_in_flight=max_in_flight)
        async with connected(address) as connection:
            jetstream = connection.jetstream(timeout=10)
            await provision(jetstream, durables=configured_durables(limits))
            yield Broker(url, server.pid, BusClient(connection), connection, jetstream)
    finally:
        await server.stop()
