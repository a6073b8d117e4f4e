"""Every message in, rows out."""

from collections.abc import Sequence
from typing import Final

from nats.aio.msg import Msg

from services.recorder.entries import RecordedMessage
from services.recorder.stage import RecorderStage
from shared.bus import Bus, published_at_ns
from shared.topology import RECORDER

__all__ = ["register"]

BATCH_SIZE: Final = 500


def register(bus: Bus, stage: RecorderStage) -> None:
    """Subscribes the stage to everything. A batch is acknowledged as a whole, after its commit."""

    @bus.subscribe_batches(RECORDER, size=BATCH_SIZE)
    async def record(batch: Sequence[Msg]) -> None:
        await stage.record([_recorded(raw) for raw in batch])


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
