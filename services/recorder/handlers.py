"""Every message in, rows out."""

from datetime import timedelta
from typing import Any, Final

from faststream import AckPolicy
from faststream.nats import NatsMessage, PullSub
from nats.aio.msg import Msg

from services.recorder.entries import RecordedMessage
from services.recorder.stage import RecorderStage
from shared.bus import Bus, published_at_ns
from shared.topology import RECORDER

__all__ = ["register"]

BATCH_SIZE: Final = 500
BATCH_WAIT: Final = timedelta(seconds=0.25)
"""How long a batch may take to fill: what a reader of the database lags behind, at most."""


def register(bus: Bus, stage: RecorderStage) -> None:
    """Subscribes the stage to everything. A batch is acknowledged as a whole, after its commit."""
    bus.require(RECORDER)

    @bus.broker.subscriber(
        RECORDER.subject,
        stream=bus.stream,
        durable=RECORDER.name,
        decoder=_as_it_came,
        ack_policy=AckPolicy.NACK_ON_ERROR,
        pull_sub=PullSub(batch=True, batch_size=BATCH_SIZE, timeout=BATCH_WAIT.total_seconds()),
    )
    async def record(_: Any, message: NatsMessage) -> None:
        received = message.raw_message
        await stage.record([_recorded(raw) for raw in (received if isinstance(received, list) else [received])])


async def _as_it_came(_message: object) -> None:
    """Decodes nothing: one message that cannot be decoded would spoil its whole batch."""


def _recorded(raw: Msg) -> RecordedMessage:
    about = raw.metadata
    return RecordedMessage(
        stream=about.stream,
        sequence=about.sequence.stream,
        subject=raw.subject,
        published_at_ns=published_at_ns(raw),
        headers=raw.headers or {},
        body=raw.data,
    )
