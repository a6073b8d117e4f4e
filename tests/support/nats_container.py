"""A nats-server in a container that can do what a child can: die, and come back with its files."""

import asyncio
import os
import socket
from pathlib import Path
from typing import Any

from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import LogMessageWaitStrategy
from typing_extensions import override

from scenewire_cli.stack.nats_server import NatsServer
from tests.support.servers import NATS_IMAGE

_CONFIG = """\
server_name: scenewire
port: 4222
jetstream {
  store_dir: /data
  max_file_store: 4GB
  sync_interval: always
}
"""


class ContainedNatsServer(NatsServer):
    """See `NatsServer`; its files lie in the same folders."""

    def __init__(self, *, store: Path, run: Path, log: Path, port: int = -1) -> None:
        super().__init__(store=store, run=run, log=log, port=port)
        self._container: DockerContainer | None = None

    @override
    async def start(self) -> str:
        self._container = await asyncio.to_thread(self._started)
        self.url = f"nats://127.0.0.1:{self._port}"
        return self.url

    def _started(self) -> DockerContainer:
        if self._port < 0:
            self._port = _free_port()  # kept: who comes back, comes back there
        for folder in (self._store, self._run):
            folder.mkdir(parents=True, exist_ok=True)
        config = self._run / "nats-server.conf"
        config.write_text(_CONFIG)
        container = DockerContainer(NATS_IMAGE).waiting_for(LogMessageWaitStrategy("Server is ready"))
        ports: Any = container.ports
        ports["4222/tcp"] = ("127.0.0.1", self._port)
        container.with_volume_mapping(self._store.absolute(), "/data", "rw")
        container.with_volume_mapping(config.absolute(), "/etc/nats/scenewire.conf")
        container.with_command(["-c", "/etc/nats/scenewire.conf"])
        container.with_kwargs(user=f"{os.getuid()}:{os.getgid()}")
        container.start()
        return container

    @property
    @override
    def alive(self) -> bool:
        return self._container is not None

    @property
    @override
    def pid(self) -> int:
        """On this machine, as the engine sees it."""
        self._wrapped.reload()
        return int(self._wrapped.attrs["State"]["Pid"])

    @override
    def kill(self) -> None:
        if self._container is not None:
            self._wrapped.kill()
            self._remove()

    @override
    async def stop(self) -> None:
        if self._container is not None:
            await asyncio.to_thread(self._wrapped.stop)
            await asyncio.to_thread(self._remove)

    @property
    def _wrapped(self) -> Any:
        if self._container is None:
            message = "the server is not started"
            raise RuntimeError(message)
        return self._container.get_wrapped_container()

    def _remove(self) -> None:
        if self._container is not None:
            self._container.stop()
            self._container = None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
