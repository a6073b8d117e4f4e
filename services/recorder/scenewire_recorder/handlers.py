"""Subscribes the recorder to the pipeline's stream."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from scenewire.bus import Bus
from scenewire.messages import StoredMessage
from scenewire.topology import RECORDER
from scenewire_recorder.stage import RecorderStage

__all__ = ["register"]

BATCH_SIZE: Final = 500


def register(bus: Bus, stage: RecorderStage, *, ready: Callable[[], Awaitable[None]]) -> None:
    """Subscribes the stage to every message. A batch is acknowledged as a whole, after its commit.

    Args:
        bus: delivers the messages.
        stage: records them.
        ready: returns when the database can be written.
    """

    @bus.subscribe_batches(RECORDER, size=BATCH_SIZE, ready=ready)
    async def record(messages: Sequence[StoredMessage]) -> None:
        await stage.record(messages)
