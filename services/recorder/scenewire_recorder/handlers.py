"""Every message in, rows out."""

from collections.abc import Sequence
from typing import Final

from nats.aio.msg import Msg

from scenewire.bus import Bus, published_at_ns
from scenewire.topology import RECORDER
from scenewire_recorder.log_entries import RecordedMessage
from scenewire_recorder.stage import RecorderStage

__all__ = ["recorded", "register"]

BATCH_SIZE: Final = 500


def register(bus: Bus, stage: RecorderStage) -> None:
    """Subscribes the stage to everything. A batch is acknowledged as a whole, after its commit."""

    @bus.subscribe_batches(RECORDER, size=BATCH_SIZE)
    async def record(messages: Sequence[Msg]) -> None:
        await stage.record([recorded(message) for message in messages])


def recorded(message: Msg) -> RecordedMessage:
    """A message of the stream as the log takes it."""
    about = message.metadata
    return RecordedMessage(
        stream=about.stream,
        sequence=about.sequence.stream,
        subject=message.subject,
        published_at_ns=published_at_ns(message),
        headers=message.headers or {},
        body=message.data,
    )
