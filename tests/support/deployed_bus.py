"""A real nats-server with the configuration and the users that a deployment has."""

import asyncio
import json
import re
import shutil
import subprocess
import sysconfig
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import nats
from nats.aio.client import Client

from scenewire.bus.provisioning.credentials import write_credentials

CONFIG = Path(__file__).parents[2] / "deploy" / "nats.conf"


@dataclass
class DeployedBus:
    """The server, its log, and everybody's password."""

    url: str
    credentials: Path
    log: Path

    def environment(self, user: str) -> dict[str, str]:
        """What a deployment tells a service about the bus."""
        return {
            "NATS_URL": self.url,
            "NATS_USER": user,
            "NATS_PASSWORD_FILE": str(self.credentials / user / "nats_password"),
        }

    @asynccontextmanager
    async def connected(self, user: str) -> AsyncIterator[Client]:
        async def ignored(_: Exception) -> None:
            """The server's log says what it refused, in order."""

        client = await nats.connect(
            self.url,
            user=user,
            password=(self.credentials / user / "nats_password").read_text(),
            inbox_prefix=f"_INBOX_{user}",
            error_cb=ignored,
            allow_reconnect=False,
        )
        try:
            yield client
        finally:
            await client.close()

    async def violations(self, client: Client) -> list[tuple[str, str]]:
        """What the server refused, in words of its log: (what, subject).

        Args:
            client: a connection of a user with limited rights. The log may lag behind what the server answers, so that
                it is asked for one thing more, and read until that is refused.
        """
        last = ("Publish", f"last.{uuid4().hex}")
        await client.publish(last[1])
        async with asyncio.timeout(10):
            while last not in (found := self._violations()):
                await asyncio.sleep(0.01)
        return found[: found.index(last)]

    def _violations(self) -> list[tuple[str, str]]:
        pattern = r'(Publish|Subscription) Violation - (?:User "\w+", )?Subject "([^"]+)"'  # 2.11 names the user
        return re.findall(pattern, self.log.read_text())


@asynccontextmanager
async def deployed_bus(folder: Path) -> AsyncIterator[DeployedBus]:
    credentials, place, log = folder / "credentials", folder / "etc", folder / "nats.log"
    credentials.mkdir()
    place.mkdir()
    write_credentials(credentials)
    (place / "credentials").symlink_to(credentials / "nats")  # where a container mounts it
    config = CONFIG.read_text()
    for deployed, here in (
        ("store_dir: /data", f"store_dir: {json.dumps(str(folder / 'streams'))}"),
        ('http: "127.0.0.1:8222"', f"ports_file_dir: {json.dumps(str(place))}"),
    ):
        assert deployed in config
        config = config.replace(deployed, here)
    (place / "nats.conf").write_text(config)
    program = shutil.which("nats-server", path=sysconfig.get_path("scripts")) or shutil.which("nats-server")
    assert program
    process = subprocess.Popen([program, "-c", place / "nats.conf", "-a", "127.0.0.1", "-p", "-1", "-l", log])
    try:
        yield DeployedBus(await _url(process, place), credentials, log)
    finally:
        process.terminate()
        process.wait(10)


async def _url(process: subprocess.Popen[bytes], place: Path) -> str:
    deadline = time.monotonic() + 15
    while process.poll() is None and time.monotonic() < deadline:
        for ports in place.glob("nats-server_*.ports"):
            if text := ports.read_text():
                return str(json.loads(text)["nats"][0])
        await asyncio.sleep(0.01)
    raise AssertionError("nats-server did not start with the deployment's configuration")
