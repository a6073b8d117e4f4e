"""Applies `scenewire.topology` to a server: creates missing streams and durables, and updates those that differ."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog
from nats.js import JetStreamContext
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DeliverPolicy,
    DiscardPolicy,
    RePublish,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)
from nats.js.errors import APIError, NotFoundError

from scenewire.bus.connection import BusAddress, connected
from scenewire.bus.provisioning.stream_limits import StreamSettings, limited_streams
from scenewire.errors import FailureCode, PermanentError
from scenewire.settings import ProvisionSettings, ServiceSettings
from scenewire.topology import DURABLES, PIPELINE, STREAMS, Durable, Stream, news_subject

__all__ = ["Missing", "configured_durables", "missing", "provision", "provision_server", "release_unacknowledged"]

_OUT_OF_STORAGE = 10047
_SMALLEST_STREAM = 8 << 20
"""Bytes; with less room, the server is refused."""

_SHORT_ACK_WAIT = timedelta(milliseconds=50)

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Missing:
    """Names of what a server lacks, and the last sequence of the pipeline's stream, 0 if it is among them."""

    streams: tuple[str, ...]
    durables: tuple[str, ...]
    last_sequence: int

    def __bool__(self) -> bool:
        """Whether it lacks anything."""
        return bool(self.streams or self.durables)


async def provision_server(settings: ServiceSettings, *, alone: bool = False) -> None:
    """Connects, applies the topology, disconnects.

    Args:
        settings: the server and its login.
        alone: whether nobody consumes at the moment. Messages in flight of killed workers are then redelivered at
            once, not after `ack_wait`.

    Raises:
        TransientError: `bus_unavailable`.
        PermanentError: `bus_not_provisioned`, the server refuses the topology.
    """
    async with connected(BusAddress.from_settings(settings)) as client:
        jetstream = client.jetstream(timeout=10)
        durables = configured_durables(ProvisionSettings())
        await provision(jetstream, durables=durables)
        if alone:
            await release_unacknowledged(jetstream, durables=durables)


def configured_durables(settings: ProvisionSettings) -> Sequence[Durable]:
    """Returns the durables with the limits of the settings."""
    return [replace(each, max_ack_pending=settings.max_in_flight) if each.is_work else each for each in DURABLES]


async def provision(
    jetstream: JetStreamContext,
    *,
    streams: Iterable[Stream] | None = None,
    durables: Iterable[Durable] = DURABLES,
    first_sequence: int | None = None,
) -> None:
    """Applies streams and durables; idempotent. A server without enough room gets smaller streams.

    Args:
        jetstream: the server.
        streams: those to apply; None reads `StreamSettings` from the environment.
        durables: those to apply.
        first_sequence: of the streams that are created, in place of 1: followers of a lost one go on.

    Raises:
        PermanentError: `bus_not_provisioned` or `storage_full`, with the server's message.
    """
    streams = limited_streams(StreamSettings()) if streams is None else tuple(streams)
    try:
        for stream in streams:
            await _apply_stream(jetstream, stream, first_sequence)
        for durable in durables:
            await jetstream.add_consumer(durable.stream, _consumer_config(durable))
    except APIError as error:
        full = error.err_code == _OUT_OF_STORAGE
        raise PermanentError(
            FailureCode.STORAGE_FULL if full else FailureCode.BUS_NOT_PROVISIONED,
            f"the NATS server refuses the topology: {error.description}",
            hint="give its JetStream more room"
            if full
            else "is JetStream enabled, and does another application own these streams?",
        ) from error
    log.info("bus_provisioned", streams=[s.name for s in streams], durables=[d.name for d in durables])


async def release_unacknowledged(jetstream: JetStreamContext, *, durables: Iterable[Durable] = DURABLES) -> None:
    """Makes unacknowledged messages available again. Only while nobody consumes."""
    for durable in durables:
        info = await jetstream.consumer_info(durable.stream, durable.name)
        if info.num_ack_pending:
            # A shorter wait counts from the delivery, so it is over for the messages of a killed worker.
            await jetstream.add_consumer(durable.stream, _consumer_config(replace(durable, ack_wait=_SHORT_ACK_WAIT)))
            await asyncio.sleep(4 * _SHORT_ACK_WAIT.total_seconds())
            await jetstream.add_consumer(durable.stream, _consumer_config(durable))
            log.info("messages_released", durable=durable.name, messages=info.num_ack_pending)


async def missing(jetstream: JetStreamContext) -> Missing:
    """Returns the streams and durables of the topology that the server lacks."""
    streams, durables, last_sequence = [], [], 0
    for stream in STREAMS:
        wanted = [durable.name for durable in DURABLES if durable.stream == stream.name]
        try:
            found = {info.name for info in await jetstream.consumers_info(stream.name)} if wanted else set()
            info = await jetstream.stream_info(stream.name)
            last_sequence = info.state.last_seq if stream is PIPELINE else last_sequence
        except NotFoundError:
            streams.append(stream.name)
            found = set()
        durables += [name for name in wanted if name not in found]
    return Missing(tuple(streams), tuple(durables), last_sequence)


async def _apply_stream(jetstream: JetStreamContext, stream: Stream, first_sequence: int | None) -> None:
    wanted = _stream_config(stream)
    try:
        existing = (await jetstream.stream_info(stream.name)).config
    except NotFoundError:
        await _add_stream(jetstream, wanted.evolve(first_seq=first_sequence))
        return
    if any(getattr(existing, name) != value for name, value in vars(wanted).items() if value is not None):
        await _update_stream(jetstream, wanted, existing)


async def _add_stream(jetstream: JetStreamContext, wanted: StreamConfig) -> None:
    """Creates a stream; if the server has not enough room, one that leaves half of what it has to others.

    Raises:
        APIError: the server refuses it, or has no room worth mentioning.
    """
    size = wanted.max_bytes or 0
    while True:
        try:
            await jetstream.add_stream(wanted.evolve(max_bytes=size))
        except APIError as error:
            if error.err_code != _OUT_OF_STORAGE or size // 2 < _SMALLEST_STREAM:
                raise
            size //= 2
        else:
            break
    if size != wanted.max_bytes:
        size //= 2
        await jetstream.update_stream(wanted.evolve(max_bytes=size))
    _warn_if_smaller(wanted, size)


async def _update_stream(jetstream: JetStreamContext, wanted: StreamConfig, existing: StreamConfig) -> None:
    """Updates a stream; it keeps its size if the server has not enough room for another one."""
    size = wanted.max_bytes
    try:
        await jetstream.update_stream(wanted)
    except APIError as error:
        if error.err_code != _OUT_OF_STORAGE:
            raise
        size = existing.max_bytes
        await jetstream.update_stream(wanted.evolve(max_bytes=size))
    log.info("stream_updated", stream=wanted.name)
    _warn_if_smaller(wanted, size)


def _warn_if_smaller(wanted: StreamConfig, size: int | None) -> None:
    if size != wanted.max_bytes:
        log.warning(
            "stream_is_small",
            stream=wanted.name,
            bytes=size,
            wanted=wanted.max_bytes,
            hint="the NATS server has no room for more: raise max_file_store, then provision again",
        )


def _stream_config(stream: Stream) -> StreamConfig:
    return StreamConfig(
        name=stream.name,
        subjects=list(stream.subjects),
        storage=StorageType.FILE,
        retention=RetentionPolicy.LIMITS,
        discard=DiscardPolicy.OLD if stream.holds_last_only else DiscardPolicy.NEW,
        max_msgs_per_subject=1 if stream.holds_last_only else -1,
        max_bytes=stream.max_bytes,
        max_age=stream.max_age.total_seconds(),
        duplicate_window=stream.duplicate_window.total_seconds(),
        allow_direct=True,
        republish=RePublish(src=">", dest=news_subject(">"), headers_only=True) if stream.announces else None,
    )


def _consumer_config(durable: Durable) -> ConsumerConfig:
    return ConsumerConfig(
        durable_name=durable.name,
        filter_subject=durable.subjects[0] if len(durable.subjects) == 1 else None,
        filter_subjects=None if len(durable.subjects) == 1 else list(durable.subjects),
        deliver_policy=DeliverPolicy.ALL,
        ack_policy=AckPolicy.EXPLICIT,
        ack_wait=durable.ack_wait.total_seconds(),
        max_deliver=-1,  # the server drops a message at its limit silently; the delivery middleware limits instead
        max_ack_pending=durable.max_ack_pending,
    )
