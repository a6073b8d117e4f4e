"""Faults at random moments, drawn from a seed: what happens to what, when and for how long."""

import asyncio
import os
import random
import signal
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from scenewire.errors import PermanentError
from tests.support.faults.disk import Disk
from tests.support.faults.world import Service, World

SERVER: Final = "nats-server"
_MEMBER: Final = "service"
_DATABASE: Final = "database"
_DISK: Final = "disk"

_GAP_S: Final = (1.0, 7.0)
"""Between the beginnings of two faults, which may overlap."""

_LOCK_TIMEOUT_S: Final = 30.0


class Kind(StrEnum):
    """What happens."""

    KILL = "kill -9"
    STOP = "SIGSTOP, SIGCONT"
    LOCK = "locked"
    AWAY = "away"
    FULL = "full"


@dataclass(frozen=True)
class _Draw:
    """A fault that may be drawn.

    Attributes:
        lasts_s: least and most; for a kill, until it is started again.
        weight: how often it is drawn, compared with the others.
    """

    kind: Kind
    victim: str
    lasts_s: tuple[float, float]
    weight: int


_DRAWS: Final = (
    _Draw(Kind.KILL, _MEMBER, (0, 4), 50),
    _Draw(Kind.STOP, _MEMBER, (1, 25), 25),
    _Draw(Kind.KILL, SERVER, (0, 20), 6),
    _Draw(Kind.STOP, SERVER, (1, 20), 5),
    _Draw(Kind.LOCK, _DATABASE, (5, 60), 4),
    _Draw(Kind.AWAY, _DATABASE, (5, 60), 4),
    _Draw(Kind.FULL, _DISK, (5, 60), 3),
)


@dataclass(frozen=True)
class Fault:
    """A fault of a schedule."""

    at_s: float
    kind: Kind
    victim: str
    lasts_s: float


@dataclass
class Member:
    """A replica that is started again whenever it has ended."""

    label: str
    service: Service
    settings: dict[str, str] = field(default_factory=dict)
    killed: bool = False
    """Whether a fault keeps it from being started."""


class Fleet:
    """Replicas of services under a supervisor.

    Attributes:
        members: by label, such as `tts-2`.
        endings: label and exit code of those that ended by themselves.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self.members: dict[str, Member] = {}
        self.endings: list[tuple[str, int]] = []

    async def start(self, name: str, replicas: int, **settings: str) -> None:
        """Starts replicas of a service and waits until they consume."""
        started = await asyncio.gather(*(self._world.start(name, **settings) for _ in range(replicas)))
        for number, service in enumerate(started, 1):
            self.members[f"{name}-{number}"] = Member(f"{name}-{number}", service, settings)

    @asynccontextmanager
    async def supervised(self) -> AsyncIterator[None]:
        """Starts members that have ended again for as long as the block runs."""
        supervisor = asyncio.create_task(self._supervise())
        try:
            yield
        finally:
            supervisor.cancel()
            await asyncio.wait([supervisor])

    def relaunch(self, member: Member) -> None:
        """Starts a member again."""
        member.service = self._world.launch(member.service.name, **member.settings)

    async def _supervise(self) -> None:
        while True:
            for member in self.members.values():
                if not member.killed and not member.service.alive:
                    self.endings.append((member.label, int(member.service.process.returncode)))
                    self.relaunch(member)
            await asyncio.sleep(0.5)


def schedule(chance: random.Random, seconds: float, labels: Sequence[str], *, has_disk: bool) -> list[Fault]:
    """Draws faults that all end within some seconds. Each kind comes once first; no victim has two faults at once."""
    draws = [draw for draw in _DRAWS if has_disk or draw.victim != _DISK]
    first = chance.sample(draws, len(draws))
    faults: list[Fault] = []
    busy_until: dict[str, float] = {}
    at = chance.uniform(*_GAP_S)
    while at < seconds:
        draw = first.pop() if first else chance.choices(draws, [draw.weight for draw in draws])[0]
        victim = chance.choice(labels) if draw.victim == _MEMBER else draw.victim
        lasts = min(chance.uniform(*draw.lasts_s), seconds - at)
        if busy_until.get(victim, 0.0) <= at:
            faults.append(Fault(at, draw.kind, victim, lasts))
            busy_until[victim] = at + lasts
        at += chance.uniform(*_GAP_S)
    return faults


class Chaos:
    """Causes the faults of a schedule.

    Attributes:
        caused: those that have begun.
    """

    def __init__(self, world: World, fleet: Fleet, disk: Disk | None) -> None:
        self._world, self._fleet, self._disk = world, fleet, disk
        self._locks: dict[str, asyncio.Lock] = {}
        self.caused: list[Fault] = []

    async def run(self, faults: Sequence[Fault]) -> None:
        """Causes each fault at its moment; returns when all have ended."""
        began = time.monotonic()
        async with asyncio.TaskGroup() as tasks:
            for fault in faults:
                await asyncio.sleep(began + fault.at_s - time.monotonic())
                tasks.create_task(self._cause(fault))

    async def _cause(self, fault: Fault) -> None:
        async with self._locks.setdefault(fault.victim, asyncio.Lock()):  # the last one may have taken longer
            self.caused.append(fault)
            match fault.kind, fault.victim:
                case Kind.KILL, "nats-server":
                    self._world.server.kill()
                    await asyncio.sleep(fault.lasts_s)
                    await self._start_server()
                case Kind.STOP, "nats-server":
                    await _stopped(self._signal_server, fault.lasts_s)
                case Kind.KILL, label:
                    member = self._fleet.members[label]
                    member.killed = True
                    member.service.kill()
                    await asyncio.sleep(fault.lasts_s)
                    self._fleet.relaunch(member)
                    member.killed = False
                case Kind.STOP, label:
                    await _stopped(self._fleet.members[label].service.send, fault.lasts_s)
                case Kind.LOCK, _:
                    await self._lock_database(fault.lasts_s)
                case Kind.AWAY, _:
                    await self._move_database(fault.lasts_s)
                case Kind.FULL, _ if self._disk:
                    async with self._disk.full():
                        await asyncio.sleep(fault.lasts_s)

    def _signal_server(self, sent: signal.Signals) -> None:
        if self._world.server.alive:
            os.kill(self._world.server.pid, sent)

    async def _start_server(self) -> None:
        while True:
            try:
                await self._world.server.start()
            except PermanentError:  # another program has its port, or the machine is too busy
                await asyncio.sleep(1)
            else:
                return

    async def _lock_database(self, seconds: float) -> None:
        connection = sqlite3.connect(
            self._world.record.path, timeout=_LOCK_TIMEOUT_S, isolation_level=None, check_same_thread=False
        )
        with closing(connection):
            try:
                await asyncio.to_thread(connection.execute, "BEGIN EXCLUSIVE")
            except sqlite3.OperationalError:  # a recorder that stands still has the lock
                return
            await asyncio.sleep(seconds)

    async def _move_database(self, seconds: float) -> None:
        """Moves its folder; a file in its place keeps a recorder from making another one."""
        folder = self._world.record.path.parent
        away = folder.with_name("away")
        folder.rename(away)
        folder.touch()
        await asyncio.sleep(seconds)
        folder.unlink()
        away.rename(folder)


async def _stopped(send: Callable[[signal.Signals], None], seconds: float) -> None:
    send(signal.SIGSTOP)
    await asyncio.sleep(seconds)
    send(signal.SIGCONT)
