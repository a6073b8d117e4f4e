"""Batches for the recorder: whatever is available, settled together.

FastStream's own batches lose what they have collected when a fetch of nats-py times out; those messages are redelivered
only after `ack_wait`. A plain fetch loop loses nothing, and passes a message on as soon as it arrives.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Final

import structlog
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext

from scenewire.bus.consuming.received import stored_message
from scenewire.bus.metrics import bus_metrics
from scenewire.errors import PipelineError
from scenewire.messages import StoredMessage
from scenewire.topology import Durable, Retry

__all__ = ["BatchHandler", "BatchLoop"]

BatchHandler = Callable[[Sequence[StoredMessage]], Awaitable[None]]

_FETCH_TIMEOUT_S: Final = 5.0
_OUTAGE_PAUSE_S: Final = 0.5

log = structlog.get_logger(__name__)


class BatchLoop:
    """Consumes the batches of one durable, one after the other.

    Args:
        durable: the consumer.
        handler: handles a batch; its return acks the whole batch, an exception naks it.
        size: most messages in a batch.
        retry: when a failed batch is redelivered.
    """

    def __init__(self, durable: Durable, handler: BatchHandler, *, size: int, retry: Retry) -> None:
        self._durable, self._handler, self._size, self._retry = durable, handler, size, retry
        self._task: asyncio.Task[None] | None = None
        self._stopping = False
        self._waiting = False

    def start(self, jetstream: JetStreamContext) -> None:
        """Starts to consume."""
        self._task = asyncio.create_task(self._run(jetstream), name=f"batches of {self._durable.name}")

    @property
    def running(self) -> bool:
        """Whether the loop is running."""
        return self._task is not None and not self._task.done()

    async def stop(self, drain_time_s: float) -> None:
        """Stops; a batch in flight has this many seconds to finish before its messages get a nak."""
        self._stopping = True
        if self._task is None:
            return
        if self._waiting:
            self._task.cancel()
        with suppress(asyncio.CancelledError, TimeoutError):
            async with asyncio.timeout(drain_time_s):
                await self._task

    async def _run(self, jetstream: JetStreamContext) -> None:
        subscription = await jetstream.pull_subscribe(
            self._durable.subjects[0], durable=self._durable.name, stream=self._durable.stream
        )
        try:
            while not self._stopping:
                await self._handle(await self._fetch(subscription))
        finally:
            with suppress(NatsError):
                await subscription.unsubscribe()  # otherwise closing the connection waits for a reader

    async def _fetch(self, subscription: JetStreamContext.PullSubscription) -> Sequence[Msg]:
        self._waiting = True
        try:
            return await subscription.fetch(self._size, timeout=_FETCH_TIMEOUT_S)
        except TimeoutError:
            return ()
        except (NatsError, OSError) as error:
            log.warning("fetch_failed", durable=self._durable.name, error=repr(error))
            await asyncio.sleep(_OUTAGE_PAUSE_S)
            return ()
        finally:
            self._waiting = False

    async def _handle(self, batch: Sequence[Msg]) -> None:
        if not batch:
            return
        started = time.perf_counter()
        try:
            await self._handler([stored_message(message) for message in batch])
        except asyncio.CancelledError:
            self._count(batch, "stopped", started)
            await self._nak(batch, delay=None)
            raise
        except Exception as error:
            self._count(batch, "failed", started)
            delay = self._retry.delay(max(message.metadata.num_delivered for message in batch))
            facts = {"durable": self._durable.name, "messages": len(batch), "retry_in": delay}
            if isinstance(error, PipelineError):  # code, message and hint say enough
                log.warning("batch_failed", **facts, code=error.code, problem=error.message, hint=error.hint)
            else:
                log.warning("batch_failed", **facts, exc_info=error)
            await self._nak(batch, delay=delay)
        else:
            self._count(batch, "handled", started)
            for message in batch:
                await self._settle(message.ack())

    def _count(self, batch: Sequence[Msg], status: str, started: float) -> None:
        bus_metrics().batches.labels(self._durable.name, status).observe(time.perf_counter() - started)
        bus_metrics().batched.labels(self._durable.name, status).inc(len(batch))

    async def _nak(self, batch: Sequence[Msg], *, delay: float | None) -> None:
        for message in batch:
            await self._settle(message.nak(delay=delay))

    async def _settle(self, settled: Awaitable[None]) -> None:
        try:
            await settled
        except (NatsError, OSError) as error:  # it is redelivered after `ack_wait`; recording it twice changes nothing
            log.warning("settle_failed", durable=self._durable.name, error=repr(error))
