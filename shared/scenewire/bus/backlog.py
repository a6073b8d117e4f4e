"""Metrics of what waits on the bus. The server is asked at each scrape, and never between."""

import asyncio
import concurrent.futures
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Final

import nats.errors
import structlog
from nats.js import JetStreamContext
from nats.js.api import ConsumerInfo
from nats.js.errors import NotFoundError
from prometheus_client import REGISTRY
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from typing_extensions import override

from scenewire.topology import Durable, Stream

__all__ = ["Backlog", "BacklogSource", "backlog_of_this_process"]

_TIMEOUT_S: Final = 2.0
"""For the server to answer. Prometheus waits for 10 s, and the other metrics matter more during an outage."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class BacklogSource:
    """What one service exports.

    Attributes:
        jetstream: the service's connection, whose user must be allowed to ask.
        durables: those whose messages are counted.
        streams: those whose size is measured.
        reads_directly: whether the user reads messages by DIRECT.GET, not by STREAM.MSG.GET.
    """

    jetstream: JetStreamContext
    durables: Sequence[Durable]
    streams: Sequence[Stream] = ()
    reads_directly: bool = True


class _Families:
    """The metrics of one scrape."""

    def __init__(self) -> None:
        self.waiting = GaugeMetricFamily(
            "scenewire_waiting_messages", "Messages that no worker has fetched yet.", labels=["durable"]
        )
        self.in_flight = GaugeMetricFamily(
            "scenewire_unacknowledged_messages",
            "Messages that workers handle, or that wait for their next try.",
            labels=["durable"],
        )
        self.age = GaugeMetricFamily(
            "scenewire_oldest_message_age_seconds",
            "Age of the oldest message that is not acknowledged; 0 without one.",
            labels=["durable"],
        )
        self.size = GaugeMetricFamily("scenewire_stream_bytes", "Size of a stream.", labels=["stream"])
        self.limit = GaugeMetricFamily(
            "scenewire_stream_limit_bytes", "Size at which a stream refuses messages.", labels=["stream"]
        )

    def all(self) -> list[GaugeMetricFamily]:
        return [self.waiting, self.in_flight, self.age, self.size, self.limit]


class Backlog(Collector):
    """Collects the sources of all services of a process, each on the event loop that added it.

    A source that does not answer in time is missing from that scrape.
    """

    def __init__(self) -> None:
        self._sources: dict[BacklogSource, asyncio.AbstractEventLoop] = {}

    def add(self, source: BacklogSource) -> None:
        """Adds a source; call it on the event loop of its connection."""
        self._sources[source] = asyncio.get_running_loop()

    def remove(self, source: BacklogSource) -> None:
        """Removes a source."""
        self._sources.pop(source, None)

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """Returns the metrics without samples, for their registration."""
        return _Families().all()

    @override
    def collect(self) -> Iterable[GaugeMetricFamily]:
        families = _Families()
        futures = [
            asyncio.run_coroutine_threadsafe(_ask(source), loop)
            for source, loop in list(self._sources.items())
            if loop.is_running()
        ]
        _, late = concurrent.futures.wait(futures, _TIMEOUT_S)
        for future in futures:
            if future in late:
                future.cancel()
            else:
                _fill(families, future.result())
        return families.all()


@cache
def backlog_of_this_process() -> Backlog:
    """Returns the collector that all services of this process share."""
    backlog = Backlog()
    REGISTRY.register(backlog)
    return backlog


@dataclass(frozen=True)
class _Answer:
    durables: dict[str, tuple[int, int, float]]
    streams: dict[str, tuple[int, int]]


async def _ask(source: BacklogSource) -> _Answer:
    try:
        async with asyncio.timeout(_TIMEOUT_S):
            durables = {durable.name: await _waiting(source, durable) for durable in source.durables}
            streams = {stream.name: await _size(source.jetstream, stream) for stream in source.streams}
    except (nats.errors.Error, OSError) as error:  # TimeoutError is an OSError
        log.debug("backlog_unknown", error=repr(error))
        return _Answer({}, {})
    return _Answer(durables, streams)


async def _waiting(source: BacklogSource, durable: Durable) -> tuple[int, int, float]:
    info = await source.jetstream.consumer_info(durable.stream, durable.name)
    waiting, in_flight = info.num_pending or 0, info.num_ack_pending or 0
    age = await _oldest_age(source, durable, info) if waiting or in_flight else 0.0
    return waiting, in_flight, age


async def _oldest_age(source: BacklogSource, durable: Durable, info: ConsumerInfo) -> float:
    """Returns the seconds since the first message above the acknowledged ones was stored."""
    first = (info.ack_floor.stream_seq if info.ack_floor else 0) + 1
    times: list[datetime] = []
    for subject in durable.subjects:
        try:
            message = await source.jetstream.get_msg(
                durable.stream, seq=first, subject=subject, next=True, direct=source.reads_directly
            )
        except NotFoundError:
            continue
        if message.time is not None:
            times.append(message.time)
    return max(0.0, (datetime.now(UTC) - min(times)).total_seconds()) if times else 0.0


async def _size(jetstream: JetStreamContext, stream: Stream) -> tuple[int, int]:
    info = await jetstream.stream_info(stream.name)
    return info.state.bytes, info.config.max_bytes or 0


def _fill(families: _Families, answer: _Answer) -> None:
    for durable, (waiting, in_flight, age) in answer.durables.items():
        families.waiting.add_metric([durable], waiting)
        families.in_flight.add_metric([durable], in_flight)
        families.age.add_metric([durable], age)
    for stream, (size, limit) in answer.streams.items():
        families.size.add_metric([stream], size)
        families.limit.add_metric([stream], limit)
