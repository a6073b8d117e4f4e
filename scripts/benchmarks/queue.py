"""All scenes of all orders wait before a worker takes the first.

The services' own handlers and the recorder run on a real nats-server that syncs every write; speech, footage and encoding take
no time and store no files, so the numbers are those of the bus, the fan-in and the record. `ORDERS_MAX_WAITING` would refuse so many orders by default.

Each table has a row for each fifth of the scenes: growth would show from row to row. *Count* is the question with which a worker
finds out whether its segment was the project's last. At the end of the queue is a project of two scenes. The short form has 100
projects of 25 scenes, the long form 1,000.
"""

import asyncio
import os
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Final
from uuid import UUID, uuid4

import httpx2
from nats.aio.msg import Msg

from scenewire.messages import AudioRendered, NarrationRequested, SegmentRendered, VideoAssembled
from scenewire.topology import PIPELINE, RECORDER, news_subject
from scripts.benchmarks.support.broker import Broker, running_broker, usage_of
from scripts.benchmarks.support.fleet import Fleet, fleet_process
from scripts.benchmarks.support.result import Aim, Column, Result, Table
from scripts.benchmarks.support.simulated import order_of

TITLE = "A long queue"

SCENES: Final = 25
FIFTHS: Final = 5
FIRST: Final = UUID(int=1, version=4)
"""The project whose segments are counted."""

_QUESTIONS: Final = 51
_POLL_S: Final = 0.2
_LOOPS: Final = 16
_MEGABYTE: Final = 1e6


class Counter:
    """Counts the stored messages of a subject, as the server announces them.

    Attributes:
        first_of: when the first message of each project was stored, on the monotonic clock.
        ahead_of: how many messages of others came before it.
    """

    def __init__(self) -> None:
        self.first_of: dict[str, float] = {}
        self.ahead_of: dict[str, int] = {}
        self._count = 0
        self._wanted = 0
        self._reached = asyncio.Event()

    def add(self, project_id: str) -> None:
        """Counts a message."""
        self.ahead_of.setdefault(project_id, self._count)
        self.first_of.setdefault(project_id, time.monotonic())
        self._count += 1
        if self._count >= self._wanted:
            self._reached.set()

    async def reach(self, count: int) -> None:
        """Returns once so many messages were counted."""
        self._wanted = count
        self._reached.clear()
        if self._count < count:
            await self._reached.wait()


@asynccontextmanager
async def counted(broker: Broker, subject: str) -> AsyncIterator[Counter]:
    """Counts stored messages for as long as the block runs."""
    counter = Counter()

    async def on_message(message: Msg) -> None:
        counter.add((message.headers or {}).get("correlation_id", ""))

    subscription = await broker.connection.subscribe(news_subject(subject), cb=on_message)
    try:
        yield counter
    finally:
        await subscription.unsubscribe()


@dataclass(frozen=True)
class Sample:
    """State when a share of the messages was there."""

    at: float
    messages: int
    stream_bytes: int
    broker_rss: int
    recorder_rss: int
    recorder_behind: int
    count_ms: float


async def sampled(broker: Broker, counter: Counter, expected: int, recorder_pid: int | None = None) -> list[Sample]:
    """Returns the state at the beginning, and at each fifth of the expected messages."""
    samples = [await _sample(broker, 0, recorder_pid)]
    for fifth in range(1, FIFTHS + 1):
        wanted = expected * fifth // FIFTHS
        await counter.reach(wanted)
        samples.append(await _sample(broker, wanted, recorder_pid))
    return samples


async def _sample(broker: Broker, messages: int, recorder_pid: int | None) -> Sample:
    at = time.monotonic()
    info = await broker.jetstream.stream_info(PIPELINE.name)
    behind = await broker.jetstream.consumer_info(PIPELINE.name, RECORDER.name)
    pattern = SegmentRendered.subjects_of(FIRST, 0)
    took = list[float]()
    for _ in range(_QUESTIONS):
        began = time.perf_counter()
        await broker.jetstream.stream_info(PIPELINE.name, subjects_filter=pattern)
        took.append(1_000 * (time.perf_counter() - began))
    return Sample(
        at=at,
        messages=messages,
        stream_bytes=info.state.bytes,
        broker_rss=usage_of(broker.pid).rss,
        recorder_rss=usage_of(recorder_pid).rss if recorder_pid else 0,
        recorder_behind=(behind.num_pending or 0) + (behind.num_ack_pending or 0),
        count_ms=median(took),
    )


@dataclass(frozen=True)
class Recording:
    """A running recorder."""

    pid: int
    monitor: str


@asynccontextmanager
async def recording(broker: Broker, folder: Path) -> AsyncIterator[Recording]:
    """Runs the recorder's service in a process of its own, with SQLite."""
    port = _free_port()
    settings = {
        "NATS_URL": broker.url,
        "DATABASE_URL": f"sqlite:///{folder / 'record.db'}",
        "MONITOR_PORT": str(port),
        "LOG_LEVEL": "ERROR",
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "faststream", "run", "scenewire_recorder.app:create_app", "--factory"),
        env=dict(os.environ) | settings,
    )
    try:
        yield Recording(process.pid, f"http://127.0.0.1:{port}/metrics")
    finally:
        process.terminate()
        await process.wait()


async def batches_of(recorder: Recording) -> tuple[float, float]:
    """Returns how many batches a recorder has written, and the seconds that they took."""
    async with httpx2.AsyncClient() as client:
        text = (await client.get(recorder.monitor)).text
    prefix = 'scenewire_batch_duration_seconds_{}{{durable="recorder",status="handled"}}'
    lines = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    return float(lines[prefix.format("count")]), float(lines[prefix.format("sum")])


async def caught_up(broker: Broker) -> None:
    """Returns once the recorder has recorded all."""
    while True:
        last = (await broker.client.state()).last_sequence
        info = await broker.jetstream.consumer_info(PIPELINE.name, RECORDER.name)
        if info.ack_floor is not None and info.ack_floor.stream_seq >= last:
            return
        await asyncio.sleep(_POLL_S)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


async def run(scratch: Path, *, long: bool) -> Result:
    """Queues all projects, starts the recorder, then the workers."""
    projects = 1_000 if long else 100
    async with running_broker(scratch) as broker:
        began = time.monotonic()
        for project_id in (FIRST, *(uuid4() for _ in range(projects - 1))):
            await broker.client.publish(order_of(project_id, SCENES))
        order_rate = projects / (time.monotonic() - began)
        small = uuid4()
        queued = await _queue(broker, scratch, projects, small)
        async with recording(broker, scratch) as recorder:
            began = time.monotonic()
            await caught_up(broker)
            took = time.monotonic() - began
            batches, writing = await batches_of(recorder)
            recorded = (await broker.client.state()).last_sequence
            drained, counter = await _drain(broker, scratch, projects, recorder)
            began = time.monotonic()
            await caught_up(broker)
            late = time.monotonic() - began
    return _result(
        queued,
        drained,
        catch_up=(took, recorded, batches, writing, late),
        order_rate=order_rate,
        small=(counter.ahead_of[str(small)], counter.first_of[str(small)] - drained[0].at),
        is_long=long,
    )


async def _queue(broker: Broker, folder: Path, projects: int, small: UUID) -> list[Sample]:
    """Has the scripts of all orders written and their scenes queued, the small one last."""
    scenes = projects * SCENES
    async with (
        counted(broker, NarrationRequested.SUBJECT) as counter,
        fleet_process(_fleet(broker, folder, {"script": 1, "tts": 1}, loops=0)),
    ):
        samples = await sampled(broker, counter, scenes)
        await broker.client.publish(order_of(small, 2))
        await counter.reach(scenes + 2)
    return samples


async def _drain(broker: Broker, folder: Path, projects: int, recorder: Recording) -> tuple[list[Sample], Counter]:
    """Has all scenes made; returns the states and the narrations."""
    replicas = {"tts": 1, "sourcing": 1, "assembly": 1}
    async with (
        counted(broker, AudioRendered.SUBJECT) as narrations,
        counted(broker, f"{SegmentRendered.SUBJECT}.>") as segments,
        counted(broker, VideoAssembled.SUBJECT) as videos,
        fleet_process(_fleet(broker, folder, replicas, loops=_LOOPS)),
    ):
        samples = await sampled(broker, segments, projects * SCENES, recorder.pid)
        await videos.reach(projects + 1)
    return samples, narrations


def _fleet(broker: Broker, folder: Path, replicas: dict[str, int], *, loops: int) -> Fleet:
    return Fleet(nats_url=broker.url, artifacts=(folder / "artifacts").as_uri(), replicas=replicas, loops=loops)


def _result(
    queued: Sequence[Sample],
    drained: Sequence[Sample],
    *,
    catch_up: tuple[float, int, float, float, float],
    order_rate: float,
    small: tuple[int, float],
    is_long: bool,
) -> Result:
    queueing = Table(
        title=f"Queueing {queued[-1].messages:,} scenes",
        label="scenes",
        columns=_columns("scenes/s", "nats-server, MB", "stream, MB"),
        rows={
            f"{now.messages:,}": (_rate(before, now), now.broker_rss / _MEGABYTE, now.stream_bytes / _MEGABYTE)
            for before, now in pairwise(queued)
        },
    )
    draining = Table(
        title="Making them, with the recorder running",
        label="segments",
        columns=(
            *_columns("scenes/s"),
            Column(name="count, median ms", digits=2),
            *_columns("nats-server, MB", "stream, MB", "recorder, MB", "messages not recorded"),
        ),
        rows={
            f"{now.messages:,}": (
                _rate(before, now),
                now.count_ms,
                now.broker_rss / _MEGABYTE,
                now.stream_bytes / _MEGABYTE,
                now.recorder_rss / _MEGABYTE,
                now.recorder_behind,
            )
            for before, now in pairwise(drained)
        },
    )
    took, recorded, batches, writing, late = catch_up
    once = Table(
        title="Once",
        label="what",
        columns=(Column(name="value", digits=1),),
        rows={
            "orders published one after the other, a second": (order_rate,),
            "recorder starts and records the queue: seconds": (took,),
            "messages a second meanwhile": (recorded / took,),
            "messages a batch": (recorded / batches,),
            "seconds of these in which it wrote": (writing,),
            "recorder after the last video: seconds": (late,),
            "scenes that were narrated before the small project's first": (small[0],),
            "seconds until then": (small[1],),
            **({"memory of nats-server, bytes a message": (_slope(queued, drained),)} if is_long else {}),
        },
    )
    rate = _per_fifth(drained, _rate)
    aims = (
        Aim(
            name="count, last fifth / first fifth, median",
            value=drained[-1].count_ms / drained[1].count_ms,
            at_most=2,
        ),
        Aim(name="scenes a second, last fifth / first fifth", value=rate[-1] / rate[0], at_least=0.7),
    )
    return Result(tables=(queueing, draining, once), aims=aims)


def _columns(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name=name, digits=0) for name in names)


def _rate(before: Sample, now: Sample) -> float:
    return (now.messages - before.messages) / (now.at - before.at)


def _per_fifth(samples: Sequence[Sample], value: Callable[[Sample, Sample], float]) -> list[float]:
    return [value(before, now) for before, now in pairwise(samples)]


def _slope(queued: Sequence[Sample], drained: Sequence[Sample]) -> float:
    """Returns by how much the server's memory grows for each stored message, from the queue's beginning to the end.

    In a short queue, most of it are its caches.
    """
    scenes = drained[-1].messages
    messages = 4 * scenes + 3 * scenes / SCENES
    return (drained[-1].broker_rss - queued[0].broker_rss) / messages
