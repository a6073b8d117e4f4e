"""Consuming in batches, for the recorder: as many messages as are there, answered together.

FastStream's own batches lose sight of what they have collected when nats-py's fetch times out, which then comes again
only after `ack_wait`. A plain fetch loop does not, and hands a message on as soon as it is there.
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

from scenewire.bus.metrics import bus_metrics
from scenewire.bus.received import stored_message
from scenewire.errors import PipelineError
from scenewire.messages import StoredMessage
from scenewire.topology import Durable, Retry

__all__ = ["BatchHandler", "BatchLoop"]

BatchHandler = Callable[[Sequence[StoredMessage]], Awaitable[None]]

_FETCH_WAIT: Final = 5.0
_OUTAGE_PAUSE: Final = 0.5

log = structlog.get_logger(__name__)


class BatchLoop:
    """One durable's batches, one after the other.

    Args:
        durable: what is consumed.
        handler: gets a batch; its return acknowledges all of it, its failure gives all of it back.
        size: messages of a batch at most.
        retry: when a batch that failed comes again.
    """

    def __init__(self, durable: Durable, handler: BatchHandler, *, size: int, retry: Retry) -> None:
        self._durable, self._handler, self._size, self._retry = durable, handler, size, retry
        self._task: asyncio.Task[None] | None = None
        self._stopping = False
        self._waiting = False

    def start(self, jetstream: JetStreamContext) -> None:
        """Begins to consume."""
        self._task = asyncio.create_task(self._run(jetstream), name=f"batches of {self._durable.name}")

    @property
    def running(self) -> bool:
        """Whether it consumes."""
        return self._task is not None and not self._task.done()

    async def stop(self, patience: float) -> None:
        """Ends; a batch in hand gets that many seconds to be finished, then it is given back."""
        self._stopping = True
        if self._task is None:
            return
        if self._waiting:
            self._task.cancel()
        with suppress(asyncio.CancelledError, TimeoutError):
            async with asyncio.timeout(patience):
                await self._task

    async def _run(self, jetstream: JetStreamContext) -> None:
        subscription = await jetstream.pull_subscribe(
            self._durable.subject, durable=self._durable.name, stream=self._durable.stream
        )
        try:
            while not self._stopping:
                await self._handle(await self._fetch(subscription))
        finally:
            with suppress(NatsError):
                await subscription.unsubscribe()  # closing the connection would wait for somebody to read it

    async def _fetch(self, subscription: JetStreamContext.PullSubscription) -> Sequence[Msg]:
        self._waiting = True
        try:
            return await subscription.fetch(self._size, timeout=_FETCH_WAIT)
        except TimeoutError:
            return ()  # nothing came
        except (NatsError, OSError) as error:
            log.warning("fetch_failed", durable=self._durable.name, error=repr(error))
            await asyncio.sleep(_OUTAGE_PAUSE)
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
            await self._give_back(batch, delay=None)
            raise
        except Exception as error:
            self._count(batch, "failed", started)
            delay = self._retry.delay(max(message.metadata.num_delivered for message in batch))
            about = {"durable": self._durable.name, "messages": len(batch), "retry_in": delay}
            if isinstance(error, PipelineError):  # it says itself what is wrong and what to do
                log.warning("batch_failed", **about, code=error.code, problem=error.message, hint=error.hint)
            else:
                log.warning("batch_failed", **about, exc_info=error)
            await self._give_back(batch, delay=delay)
        else:
            self._count(batch, "handled", started)
            for message in batch:
                await self._answer(message.ack())

    def _count(self, batch: Sequence[Msg], status: str, started: float) -> None:
        bus_metrics().batches.labels(self._durable.name, status).observe(time.perf_counter() - started)
        bus_metrics().batched.labels(self._durable.name, status).inc(len(batch))

    async def _give_back(self, batch: Sequence[Msg], *, delay: float | None) -> None:
        for message in batch:
            await self._answer(message.nak(delay=delay))

    async def _answer(self, answer: Awaitable[None]) -> None:
        try:
            await answer
        except (NatsError, OSError) as error:  # it comes again after its wait, and recording it twice changes nothing
            log.warning("answer_failed", durable=self._durable.name, error=repr(error))
