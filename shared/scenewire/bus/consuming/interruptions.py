"""Counts the deliveries of a message that ended through no fault of its own.

The server counts every delivery, also those that a worker gave back because it was stopped, and those that were repeated
because the bus was away. Only the others are tries. The next delivery reaches another worker, so the count is kept on the
bus, in a stream of its own that has room when the other streams are full.
"""

import nats
import structlog
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from scenewire.bus.publishing import PUBLISH_TIMEOUT_S
from scenewire.topology import INTERRUPTIONS, interruption_subject

__all__ = ["Interruptions"]

log = structlog.get_logger(__name__)


class Interruptions:
    """The interrupted deliveries of messages that this process handles."""

    def __init__(self) -> None:
        self._earlier: dict[str, int] = {}
        self._here: dict[tuple[str, int], int] = {}

    def forgive_earlier(self, durable: str, last_delivered: int) -> None:
        """Counts all deliveries before this process as interrupted: nobody else consumes, and the whole stack was stopped.

        Args:
            durable: the consumer.
            last_delivered: stream sequence of the last message that was delivered so far.
        """
        self._earlier[durable] = last_delivered

    async def of(self, message: Msg, jetstream: JetStreamContext) -> int:
        """Returns how many earlier deliveries of a message were interrupted, as far as the bus knows."""
        earlier = message.metadata.num_delivered - 1
        return min(await self._counted(message, jetstream), earlier) if earlier else 0

    async def add(self, message: Msg, jetstream: JetStreamContext) -> None:
        """Counts the present delivery as interrupted. If the bus refuses, it counts as a try."""
        counted = await self._counted(message, jetstream) + 1
        if message.metadata.consumer in self._earlier:
            self._here[_key(message)] = counted
            return
        try:
            await jetstream.publish(
                _subject(message), str(counted).encode(), stream=INTERRUPTIONS.name, timeout=PUBLISH_TIMEOUT_S
            )
        except (OSError, nats.errors.Error) as error:  # TimeoutError is an OSError
            log.warning("interruption_not_counted", subject=_subject(message), error=repr(error))

    async def _counted(self, message: Msg, jetstream: JetStreamContext) -> int:
        metadata = message.metadata
        if metadata.consumer not in self._earlier:
            return await self._read(message, jetstream)
        was_delivered = metadata.sequence.stream <= self._earlier[metadata.consumer]
        return self._here.setdefault(_key(message), metadata.num_delivered - 1 if was_delivered else 0)

    async def _read(self, message: Msg, jetstream: JetStreamContext) -> int:
        try:
            stored = await jetstream.get_last_msg(INTERRUPTIONS.name, _subject(message), direct=True)
        except NotFoundError:
            return 0
        except (OSError, nats.errors.Error) as error:
            log.warning("interruptions_unknown", subject=_subject(message), error=repr(error))
            return 0
        return int(stored.data or b"0")


def _key(message: Msg) -> tuple[str, int]:
    return message.metadata.consumer, message.metadata.sequence.stream


def _subject(message: Msg) -> str:
    return interruption_subject(*_key(message))
