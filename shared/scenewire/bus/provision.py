"""Applies `scenewire.topology` to a server: creates missing streams and durables, and updates those that differ."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import structlog
from nats.js import JetStreamContext
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DeliverPolicy,
    DiscardPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)
from nats.js.errors import APIError, BadRequestError, ServerError

from scenewire.bus.connection import BusAddress, connected
from scenewire.errors import FailureCode, PermanentError
from scenewire.settings import ServiceSettings
from scenewire.topology import DURABLES, STREAMS, Durable, Stream

__all__ = ["provision", "provision_server", "release_unacknowledged"]

_NAME_IN_USE = 10058
_OUT_OF_STORAGE = 10047
_SHORT_ACK_WAIT = timedelta(milliseconds=50)

log = structlog.get_logger(__name__)


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
        await provision(jetstream)
        if alone:
            await release_unacknowledged(jetstream)


async def provision(
    jetstream: JetStreamContext, *, streams: Iterable[Stream] = STREAMS, durables: Iterable[Durable] = DURABLES
) -> None:
    """Applies streams and durables; idempotent.

    Raises:
        PermanentError: `bus_not_provisioned` or `storage_full`, with the server's message.
    """
    try:
        for stream in streams:
            await _apply_stream(jetstream, stream)
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


async def _apply_stream(jetstream: JetStreamContext, stream: Stream) -> None:
    config = _stream_config(stream)
    try:
        await jetstream.add_stream(config)
    except (BadRequestError, ServerError) as error:
        if error.err_code != _NAME_IN_USE:
            raise
        await jetstream.update_stream(config)
        log.info("stream_updated", stream=stream.name)


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
