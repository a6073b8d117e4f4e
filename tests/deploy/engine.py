"""Runs compose files, and observes the deployment from outside."""

import asyncio
import json
import os
import socket
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import nats
from nats.aio.client import Client
from nats.aio.msg import Msg

from scenewire.errors import PipelineError
from scenewire.processes.run import Completed, run_program

ROOT = Path(__file__).parents[2]
ARTIFACTS = "/var/lib/scenewire/artifacts"
LOOK = {"width": 320, "height": 180}


async def engine_problem() -> str | None:
    """Returns why no container engine answers, or None if one does."""
    try:
        info = await run_program(["docker", "info", "--format", "{{.ServerVersion}}"], timeout=20, env=dict(os.environ))
    except PipelineError as error:
        return str(error)
    return None if info.returncode == 0 else info.stderr.splitlines()[-1]


async def docker(*arguments: str, timeout: float = 120, check: bool = True, stdin: bytes | None = None) -> Completed:
    completed = await run_program(["docker", *arguments], timeout=timeout, stdin=stdin, cwd=ROOT, env=dict(os.environ))
    assert not check or completed.returncode == 0, f"docker {' '.join(arguments)}: {completed.stderr}"
    return completed


def _free_port() -> int:
    """Returns a free port for a fixed mapping; a port that the engine chooses changes with every restart."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Deployment:
    """A Compose project.

    Args:
        name: name of the Compose project.
        folder: folder for logs and fetched files.
        files: the compose files.
        env: variables that the compose files interpolate.
    """

    def __init__(
        self, name: str, folder: Path, *, files: Sequence[str] = ("compose.yaml",), env: dict[str, str] | None = None
    ) -> None:
        self.name, self.folder = name, folder
        self._options = ["--project-name", name, *(f"--file={ROOT / file}" for file in files)]
        self._env = os.environ | {"NATS_LISTEN": f"127.0.0.1:{_free_port()}", "GATEWAY_PORT": str(_free_port())}
        self._env |= env or {}

    async def compose(self, *arguments: str, timeout: float = 600, check: bool = True) -> Completed:
        completed = await run_program(
            ["docker", "compose", *self._options, *arguments], timeout=timeout, cwd=ROOT, env=self._env
        )
        assert not check or completed.returncode == 0, f"compose {' '.join(arguments)}: {completed.stderr}"
        return completed

    @asynccontextmanager
    async def running(self, *options: str) -> AsyncIterator["Deployment"]:
        """Starts the project without earlier state; removes it at the end and checks that nothing is left."""
        await self.down()
        try:
            await self.compose("up", "--build", "--wait", *options, timeout=1200)
            yield self
        finally:
            logs = await self.compose("logs", "--no-color", check=False)
            (self.folder / f"{self.name}.log").write_bytes(logs.stdout)
            await self.compose("down", "--volumes", check=False)
        for kind in ("container", "volume", "network"):
            left = await docker(kind, "ls", "--quiet", f"--filter=label=com.docker.compose.project={self.name}")
            assert left.stdout == b"", f"a {kind} of {self.name} is left"

    async def down(self) -> None:
        await self.compose("--profile=*", "down", "--volumes", "--remove-orphans", check=False)

    @property
    def gateway_url(self) -> str:
        """Where the gateway answers to this host."""
        return f"http://127.0.0.1:{self._env['GATEWAY_PORT']}"

    async def scenewire(self, *arguments: str) -> str:
        """Runs the command in its container; returns its output."""
        return (await self.compose("run", "--rm", "--no-TTY", "scenewire", *arguments)).stdout.decode()

    async def sql(self, query: str) -> str:
        psql = ("psql", "--username=scenewire", "--no-align", "--tuples-only", "--command", query)
        return (await self.compose("exec", "--no-TTY", "postgres", *psql)).stdout.decode().strip()

    async def containers(self, service: str) -> list[str]:
        return (await self.compose("ps", "--quiet", service)).stdout.decode().split()

    async def log(self, service: str) -> list[dict[str, Any]]:
        output = (await self.compose("logs", "--no-log-prefix", "--no-color", service)).stdout.decode()
        return [json.loads(line) for line in output.splitlines() if line.startswith("{")]

    async def fetch(self, key: str) -> Path:
        """Copies a file from the artifact volume; returns its path."""
        target = self.folder / key.replace("/", "_")
        assembly = (await self.containers("assembly"))[0]
        await docker("cp", f"{assembly}:{ARTIFACTS}/{key}", str(target))
        return target

    @asynccontextmanager
    async def customer(self) -> AsyncIterator["Customer"]:
        """Connects from outside as the user `client`."""
        address = (await self.compose("port", "nats", "4222")).stdout.decode().strip()
        volume = f"{self.name}_credentials:/credentials:ro"
        read = ("run", "--rm", "--user=0", "--volume", volume, "--entrypoint=cat", "scenewire/tools:local")
        password = (await docker(*read, "/credentials/client/nats_password")).stdout.decode()
        client = await nats.connect(
            f"nats://{address}",
            user="client",
            password=password,
            inbox_prefix="_INBOX_client",
            max_reconnect_attempts=-1,
            reconnect_time_wait=0.2,
        )
        try:
            customer = Customer(client)
            await customer.subscribe()
            yield customer
        finally:
            await client.close()

    async def deliveries(self, durable: str) -> Counter[str]:
        """Returns how many messages of a durable each replica has handled, by container id."""
        counted: Counter[str] = Counter()
        for container in await self.containers(durable.partition("-")[0]):
            script = "import urllib.request as r; print(r.urlopen('http://127.0.0.1:8080/metrics').read().decode())"
            page = (await docker("exec", container, "python", "-c", script)).stdout.decode()
            for line in page.splitlines():
                name = f'scenewire_handler_duration_seconds_count{{durable="{durable}",status="handled"}}'
                if line.startswith(name):
                    counted[container[:12]] = int(float(line.rpartition(" ")[2]))
        return counted


class Customer:
    """Orders videos and receives their results."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.videos: dict[str, dict[str, Any]] = {}
        self.assembled_messages = 0
        self.failures: list[dict[str, Any]] = []
        self.started: Counter[tuple[str, str, int]] = Counter()
        """Number of `started` events by project, stage and scene."""
        self._changed = asyncio.Condition()

    async def subscribe(self) -> None:
        for subject in ("video.assembled", "project.failed", "progress.>"):
            await self.client.subscribe(subject, cb=self._receive)

    async def order(self, project_id: str, *texts: str) -> None:
        order = {"project_id": project_id, "topic": "Tea", "look": LOOK, "scenes": [{"text": text} for text in texts]}
        await self.client.jetstream(timeout=30).publish("script.requested", json.dumps(order).encode())

    async def video(self, project_id: str, *, timeout: float = 300) -> dict[str, Any]:
        """Returns the project's `video.assembled`; queries the stream for one that was missed during an outage."""
        async with asyncio.timeout(timeout):
            while project_id not in self.videos:
                assert not self.failures, self.failures
                await self._wait_or_query(project_id)
        return self.videos[project_id]

    async def scenes_started(self, stage: str, scenes: int) -> None:
        """Waits until a stage has started this many scenes."""
        async with asyncio.timeout(300), self._changed:
            await self._changed.wait_for(lambda: sum(key[1] == stage for key in self.started) >= scenes)

    async def _wait_or_query(self, project_id: str) -> None:
        try:
            async with asyncio.timeout(5), self._changed:
                await self._changed.wait_for(lambda: project_id in self.videos or bool(self.failures))
        except TimeoutError:
            try:
                last = await self.client.jetstream().get_last_msg("PIPELINE", "video.assembled")
            except (nats.errors.Error, OSError):
                return
            body = json.loads(last.data or b"{}")
            self.videos.setdefault(body["project_id"], body)

    async def _receive(self, message: Msg) -> None:
        body = json.loads(message.data)
        async with self._changed:
            if message.subject == "video.assembled":
                self.videos[body["project_id"]] = body
                self.assembled_messages += 1
            elif message.subject == "project.failed":
                self.failures.append(body)
            elif body["state"] == "started" and body.get("scene_number"):
                self.started[body["project_id"], body["stage"], body["scene_number"]] += 1
            self._changed.notify_all()
