"""All of the product as processes of their own, each of which a test may kill, stop, cut off and start again."""

import asyncio
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import nats
from nats.aio.client import Client
from nats.js import JetStreamContext

from scenewire.bus.provisioning.provision import provision
from scenewire.messages import ScriptRequested
from scenewire.messages.headers import MESSAGE_ID
from scenewire.topology import DEAD_LETTERS, DURABLES, PIPELINE, RECORDER
from scenewire_cli.stack.nats_server import NatsServer
from tests.support.media import make_clip
from tests.support.ports import free_port
from tests.support.product import environment
from tests.unit.recorder.story import Database

WORKERS: Final = ("script", "tts", "sourcing", "assembly")
SERVICES: Final = ("recorder", *WORKERS)

DURABLES_OF: Final = {
    "script": ("script",),
    "tts": ("tts-fanout", "tts"),
    "sourcing": ("sourcing",),
    "assembly": ("assembly", "assembly-deletions"),
    "recorder": ("recorder",),
    "gateway": ("gateway-webhooks",),
}

ACK_WAIT: Final = timedelta(seconds=10)
"""Of durables with a heartbeat, which comes every 7 s."""

RECORDER_ACK_WAIT: Final = timedelta(seconds=3)
"""It has no heartbeat; its batches take milliseconds."""

LOOK: Final = {"width": 256, "height": 144, "closing": False}
"""Of orders: small, and without a closing card, so that a video is as long as its narrations."""

ENDS: Final = ("video.assembled", "project.failed", "project.cancelled", "project.deleted")

KILLED: Final = -signal.SIGKILL

SEED: Final = int(os.environ.get("FAULT_SEED", str(time.time_ns() % 1_000_000)))
"""Of tests with a random moment, which print it; FAULT_SEED=<seed> repeats one."""

_ROOT: Final = Path(__file__).parents[3]
_POLL_S: Final = 0.05
_SENTENCES: Final = ("Tea is a drink.", "It is made of leaves.", "Water is boiled for it.", "A pot keeps it warm.")


@dataclass(frozen=True)
class Message:
    """A message in the stream."""

    sequence: int
    subject: str
    id: str
    body: bytes

    @cached_property
    def content(self) -> dict[str, Any]:
        """Its body; empty if it is not a JSON object."""
        with suppress(ValueError, RecursionError):
            content = json.loads(self.body)
            return content if isinstance(content, dict) else {}
        return {}

    @property
    def project_id(self) -> str:
        """Id of its project; empty if it names none."""
        return str(self.content.get("project_id", ""))


class Service:
    """A service in a process of its own.

    Attributes:
        name: such as `tts`.
        log: what it has printed.
        process: the process; its working folder is that of the world.
    """

    def __init__(self, name: str, log: Path, process: "subprocess.Popen[bytes]", monitor: int) -> None:
        self.name, self.log, self.process, self._monitor = name, log, process, monitor

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def send(self, sent: signal.Signals) -> None:
        """Sends a signal, unless it has ended."""
        if self.alive:
            self.process.send_signal(sent)

    def kill(self) -> None:
        """Kills it and waits for its end. Its children are left to themselves, as by the kernel."""
        self.send(signal.SIGKILL)
        self.process.wait()

    async def ended(self, *, within_s: float = 60) -> int:
        """Waits for its end and returns its exit code; a negative one is a signal."""
        await until(lambda: not self.alive, f"{self.name} ends", within_s=within_s)
        return int(self.process.returncode)

    def events(self, name: str) -> list[dict[str, Any]]:
        """Returns what it has logged under a name."""
        lines = (line for line in self.log.read_text(errors="replace").splitlines() if line.startswith("{"))
        return [event for line in lines if (event := json.loads(line)).get("event") == name]

    async def is_ready(self) -> bool:
        """Whether it says so itself, at `/healthz`."""
        return (await self.health())[0]

    async def health(self) -> tuple[bool, dict[str, str]]:
        """Returns whether it says that it is ready, and what it says of each part, such as `database`."""
        return await asyncio.to_thread(_health, self._monitor, self.name)

    @property
    def processor_s(self) -> float:
        """Processor time that it has used, seconds."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def memory_bytes(self) -> int:
        """Memory that it has in use."""
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@dataclass
class Report:
    """What the table says about a row."""

    row: int = 0
    operation: str = ""
    victim: str = ""
    seconds: float | None = None
    """From the fault to the project's end."""


@dataclass
class Expected:
    """What the oracle expects beyond the usual; a test changes it.

    Attributes:
        ends: how projects end that do not end with a video.
        dead_letters: their number.
        stream_is_whole: whether the stream holds all that the log holds.
    """

    ends: dict[str, str] = field(default_factory=dict)
    dead_letters: int = 0
    stream_is_whole: bool = True


class World:
    """A server, services and the projects that a test orders.

    A new row is an async test in tests/faults whose name begins with its number, `test_row_36_…` or `test_rows_01_to_06_…`:

        async def test_row_34_the_server_is_killed(world: World):
            world.about(34, "kill -9 and restart on the same store", "nats-server")
            project = await world.order()
            await world.appears("segment.rendered.*", project)
            world.fault()                       # the clock of the table starts
            world.server.kill()
            await world.server.start()
            await world.outcome(project)        # waits for the end of the project

    `world` is shared by the tests of a process: all services of `SERVICES` run, and after the test the oracle checks the
    invariants (`oracle.py`), with what the test put into `world.expected`. A test that changes more than it can put back,
    such as the store of the server, takes the fixture `own_world`, which belongs to it alone and starts no service.

    Attributes:
        folder: holds everything; services run in it.
        server: the nats-server, on a port that stays the same when it is started again.
        record: the database of the recorder; a test of `own_world` may set another one before it starts services.
        services: those that are running, or have just ended.
        secrets: what must not appear in logs and messages.
        broken: whether a test failed here, so that the next one needs another world.
        orders: ids of the projects of this test.
        expected: what the oracle expects.
        report: for the table.
        letters_before: last sequence of the dead letters before this test.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.server = NatsServer(
            store=folder / "store", run=folder / "run", log=folder / "logs" / "nats.log", port=self.port
        )
        self.record = Database(folder / "record" / "record.db")
        self.services: list[Service] = []
        self.secrets: set[str] = set()
        self.broken = False
        self._started = self._ordered = 0
        self._seen: list[Message] = []
        self._client: Client | None = None
        self.letters_before = 0
        self.begin()

    # --- life ---------------------------------------------------------------------------------

    async def open(self) -> None:
        """Starts the server, provisioned, and puts a clip into the library."""
        (self.folder / "logs").mkdir(parents=True)
        self.record.path.parent.mkdir()
        await self.server.start()
        self.secrets.add(self.server.url.split(":")[2].partition("@")[0])
        clip = self.folder / "library" / "tea.mp4"
        await make_clip(clip, seconds=2, size="256x144", title="Tea")
        clip.with_suffix(".json").write_text('{"title": "Tea", "creator": "Ann", "licence": "CC0"}')

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[None]:
        """Connects the test itself: past every proxy, and as long as the event loop of a test lives."""
        self._client = await nats.connect(self.server.url, reconnect_time_wait=0.1, max_reconnect_attempts=-1)
        await self.provision()
        self.letters_before = (await self.jetstream.stream_info(DEAD_LETTERS.name)).state.last_seq
        try:
            yield
        finally:
            await self._client.close()
            self._client = None

    async def provision(self) -> None:
        """Creates streams and durables, whose messages come again soon."""
        quick = [replace(d, ack_wait=RECORDER_ACK_WAIT if d == RECORDER else ACK_WAIT) for d in DURABLES]
        await provision(self.jetstream, durables=quick)

    def close(self) -> None:
        """Kills everything."""
        for service in self.services:
            service.kill()
            with suppress(ProcessLookupError):
                os.killpg(service.pid, signal.SIGKILL)
        self.server.kill()

    def begin(self) -> None:
        """Forgets the projects and expectations of an earlier test."""
        self.orders: list[str] = []
        self.expected = Expected()
        self.report = Report()
        self._fault_at = 0.0

    @property
    def jetstream(self) -> JetStreamContext:
        """The test's own connection to the server."""
        assert self._client is not None
        return self._client.jetstream(timeout=10)

    @property
    def client(self) -> Client:
        """The same without JetStream."""
        assert self._client is not None
        return self._client

    # --- what the table says ------------------------------------------------------------------

    def about(self, row: int, operation: str, victim: str) -> None:
        """Says which row a test is about."""
        self.report = Report(row=row, operation=operation, victim=victim)

    def fault(self) -> None:
        """Says that the fault happens now."""
        self._fault_at = time.monotonic()

    # --- services -----------------------------------------------------------------------------

    async def start(self, name: str, *, runner: Sequence[str] = (), **settings: str) -> Service:
        """Starts a service and waits until it consumes. Arguments are those of `launch`."""
        service = self.launch(name, runner=runner, **settings)

        async def begun() -> bool:
            return not service.alive or await service.is_ready()

        await until(begun, f"{name} starts", within_s=60)
        return service

    def launch(self, name: str, *, runner: Sequence[str] = (), **settings: str) -> Service:
        """Starts a service and waits for nothing, as a supervisor does.

        Args:
            name: such as `tts`.
            runner: what comes before `<module>:create_app` in place of FastStream's command; arguments of Python.
            settings: of its environment, beyond or in place of the usual; `FAILPOINT` for instance.
        """
        self._started += 1
        monitor = free_port()
        log = self.folder / "logs" / f"{name}-{self._started}.log"
        usual = {
            "NATS_URL": self.server.url,
            "ARTIFACTS_URL": (self.folder / "artifacts").as_uri(),
            "DATABASE_URL": self.record.url,
            "LIBRARY_DIR": str(self.folder / "library"),
            "MONITOR_PORT": str(monitor),
            "DRAIN_TIME": "1",
            "TTS_ENGINE": "espeak",
            "ASSEMBLY_LOOPS": "1",
            "GATEWAY_PORT": "0",
            "PYTHONPATH": str(_ROOT),
        }
        application = f"scenewire_{name}.app:create_app"
        arguments = [*(runner or ("-m", "faststream", "run")), application, *(() if runner else ("--factory",))]
        with log.open("ab") as printed:
            process = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=self.folder,
                env=environment(self.folder / "data", **(usual | settings)),
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=printed,
                start_new_session=True,
            )
        service = Service(name, log, process, monitor)
        self.services = [known for known in self.services if known.alive] + [service]
        return service

    async def start_all(self, names: Sequence[str] = SERVICES, **settings: str) -> list[Service]:
        """Starts services together."""
        return list(await asyncio.gather(*(self.start(name, **settings) for name in names)))

    def running(self, name: str) -> list[Service]:
        """Returns the processes of a service that are alive."""
        return [service for service in self.services if service.name == name and service.alive]

    def kill(self, name: str) -> None:
        """Kills all processes of a service."""
        for service in self.running(name):
            service.kill()

    async def replace(self, name: str, *, runner: Sequence[str] = (), **settings: str) -> Service:
        """Starts a service again with other settings."""
        self.kill(name)
        return await self.start(name, runner=runner, **settings)

    # --- projects -----------------------------------------------------------------------------

    async def order(self, *, scenes: int = 2, project_id: UUID | None = None, **changes: Any) -> str:
        """Orders a video of a second or two per scene and returns its project's id. Arguments are those of `new_order`."""
        order = self.new_order(scenes=scenes, project_id=project_id, **changes)
        await self.publish(order)
        return str(order.project_id)

    def new_order(self, *, scenes: int = 2, project_id: UUID | None = None, **changes: Any) -> ScriptRequested:
        """Makes an order of this test, which is still to be published.

        Args:
            scenes: their number; 0 leaves the scenes to the writer.
            project_id: its id.
            changes: other keys of the order.
        """
        self._ordered += 1  # in every text, so that no scene is found stored from an earlier order
        texts = [
            {"text": f"{_SENTENCES[number % len(_SENTENCES)]} Cup {self._ordered}, {number}."}
            for number in range(scenes)
        ]
        words = {"topic": "Tea", "look": LOOK} | ({"scenes": texts} if texts else {}) | changes
        order = ScriptRequested.model_validate(words | {"project_id": project_id or uuid4()})
        self.orders.append(str(order.project_id))
        return order

    async def publish(self, order: ScriptRequested) -> None:
        """Publishes an order; the bus has stored it. May be repeated."""
        body = order.model_dump_json().encode()
        await self.jetstream.publish(order.subject, body, headers={MESSAGE_ID: order.message_id})

    async def messages(self, subject: str = "", project_id: str = "") -> list[Message]:
        """Returns the messages in the stream.

        Args:
            subject: all whose subject begins so; a `*` at its end is left out.
            project_id: of this project.
        """
        last = (await self.jetstream.stream_info(PIPELINE.name)).state.last_seq
        if self._seen and self._seen[-1].sequence > last:
            self._seen.clear()  # the store is another one
        first = self._seen[-1].sequence + 1 if self._seen else 1
        for sequence in range(first, last + 1):
            with suppress(nats.js.errors.NotFoundError):
                stored = await self.jetstream.get_msg(PIPELINE.name, sequence)
                name = (stored.headers or {}).get(MESSAGE_ID, "")
                self._seen.append(Message(sequence, stored.subject or "", name, stored.data or b""))
        beginning = subject.rstrip("*")
        return [
            message
            for message in self._seen
            if message.subject.startswith(beginning) and project_id in {"", message.project_id}
        ]

    async def appears(self, subject: str, project_id: str, *, count: int = 1, within_s: float = 90) -> list[Message]:
        """Waits until the stream holds so many messages of a project."""
        found: list[Message] = []

        async def there() -> bool:
            found[:] = await self.messages(subject, project_id)
            return len(found) >= count

        await until(there, f"{count} of {subject}", within_s=within_s)
        return found

    async def outcome(self, project_id: str, *, within_s: float = 120) -> Message:
        """Waits for the end of a project and returns the message that says it."""
        found: list[Message] = []

        async def ended() -> bool:
            found[:] = [m for m in await self.messages(project_id=project_id) if m.subject in ENDS]
            return bool(found)

        await until(ended, f"the end of {project_id}", within_s=within_s)
        self.report.seconds = round(time.monotonic() - self._fault_at, 1) if self._fault_at else None
        return found[0]

    async def settled(self, *, within_s: float = 60) -> None:
        """Waits until no running service has a message in flight or before it."""
        names = {durable for service in self.services if service.alive for durable in DURABLES_OF[service.name]}

        async def idle() -> bool:
            found = [await self.jetstream.consumer_info(PIPELINE.name, name) for name in names]
            return not any(info.num_pending or info.num_ack_pending for info in found)

        await until(idle, "consumers without pending messages (I6)", within_s=within_s)

    # --- places -------------------------------------------------------------------------------

    @property
    def artifacts(self) -> Path:
        return self.folder / "artifacts"

    def strays(self) -> list[str]:
        """Returns command lines of processes in the world's folder that no living service has started."""
        parents, commands = {}, {}
        for entry in Path("/proc").iterdir():
            with suppress(OSError):  # it has ended
                if entry.name.isdecimal() and (entry / "cwd").readlink().is_relative_to(self.folder):
                    fields = (entry / "stat").read_text().rpartition(")")[2].split()
                    parents[int(entry.name)] = int(fields[1])
                    commands[int(entry.name)] = (
                        (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                    )
        alive = {service.pid for service in self.services if service.alive}
        return [command for pid, command in commands.items() if not _descends(pid, parents, alive)]


async def until(condition: Callable[[], bool | Awaitable[bool]], awaited: str, *, within_s: float = 30) -> None:
    """Waits for a condition; fails with what was awaited when its time is up."""
    deadline = time.monotonic() + within_s
    while True:
        met = condition()
        if met if isinstance(met, bool) else await met:
            return
        if time.monotonic() > deadline:
            message = f"{awaited}: not within {within_s:g} s"
            raise AssertionError(message)
        await asyncio.sleep(_POLL_S)


def _descends(pid: int, parents: dict[int, int], ancestors: set[int]) -> bool:
    while pid not in ancestors:
        if pid not in parents:
            return False
        pid = parents[pid]
    return True


def _health(port: int, name: str) -> tuple[bool, dict[str, str]]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        response = connection.getresponse()
        return response.status == 200, json.loads(response.read())["services"].get(name, {})
    except OSError:
        return False, {}
    finally:
        connection.close()
