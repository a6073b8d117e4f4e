"""The stream as a whole: read from its first message to its last, and given back what it lost."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Final

import nats
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from scenewire.bus.delivery import PUBLISH_TIMEOUT
from scenewire.bus.publishing import publish_errors, require_body_fits, room_for_body
from scenewire.errors import FailureCode, TransientError
from scenewire.topology import PIPELINE

__all__ = ["publish_again", "stored_messages"]

_AT_ONCE: Final = 500
_FETCH_WAIT: Final = 10.0
_FORGOTTEN_AFTER: Final = 60.0


async def stored_messages(jetstream: JetStreamContext, *, headers_only: bool = False) -> AsyncIterator[Sequence[Msg]]:
    """What the pipeline's stream holds at this moment, in order, some hundred messages at a time.

    Args:
        jetstream: the server.
        headers_only: leave the bodies where they are.

    Raises:
        TransientError: `bus_unavailable`, the server stopped answering.
    """
    state = (await jetstream.stream_info(PIPELINE.name)).state
    if not state.messages:
        return
    reader = await jetstream.pull_subscribe(
        ">",
        stream=PIPELINE.name,
        config=ConsumerConfig(
            deliver_policy=DeliverPolicy.ALL,
            ack_policy=AckPolicy.NONE,
            headers_only=headers_only or None,
            inactive_threshold=_FORGOTTEN_AFTER,
            mem_storage=True,
        ),
    )
    more = True
    try:
        while more:
            try:
                batch = await reader.fetch(_AT_ONCE, timeout=_FETCH_WAIT)
            except (TimeoutError, OSError, nats.errors.Error) as error:
                raise TransientError(FailureCode.BUS_UNAVAILABLE, f"the stream cannot be read: {error!r}") from error
            yield batch
            last = batch[-1].metadata
            more = last.num_pending > 0 and last.sequence.stream < state.last_seq
    finally:
        await reader.unsubscribe()


async def publish_again(jetstream: JetStreamContext, subject: str, body: bytes, headers: Mapping[str, str]) -> bool:
    """Puts a message back; returns whether the stream did not have it under its id already.

    Raises:
        PermanentError: `message_too_large`, nothing was sent.
        TransientError: `storage_full`, `bus_unavailable` or `bus_not_provisioned`.
    """
    max_payload = jetstream._nc.max_payload  # noqa: SLF001 - the context has no way to its client
    require_body_fits(subject, body, room_for_body(headers, max_payload))  # others may publish more than we do
    with publish_errors(subject):
        ack = await jetstream.publish(
            subject, body, stream=PIPELINE.name, timeout=PUBLISH_TIMEOUT, headers=dict(headers) or None
        )
    return not ack.duplicate
