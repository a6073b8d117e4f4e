"""What happens around every delivered message: heartbeat, delayed retry, give-back, dead letter.

FastStream's own answer to a failure is to throw the message away or to have it back at once. This middleware answers
first, and marks the message as answered so that FastStream stays quiet:

    handled                     FastStream acknowledges
    told to wait by a rate limit   waits with the message in hand, and tries again: no delivery is used up
    failed, may succeed later   back after a delay that doubles
    invalid, or failed too often   dead letter, `project.failed`, then terminated, with or without a stored dead letter
    we are being stopped        given back at once, so that another replica takes it
    its worker keeps dying      dead letter without running the handler again
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Final, Self

import nats
import structlog
from faststream import BaseMiddleware, ContextRepo, StreamMessage
from faststream.exceptions import HandlerException
from faststream.types import AsyncFuncAny
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from typing_extensions import override

from scenewire.bus.dead_letters import as_pipeline_error, is_invalid_input, letter_headers, one_line, readable
from scenewire.bus.metrics import bus_metrics
from scenewire.bus.publishing import (
    PUBLISH_TIMEOUT_S,
    body_limit,
    is_full,
    message_headers,
    require_body_fits,
    room_for_body,
)
from scenewire.bus.received import Delivery, current
from scenewire.errors import FailureCode, PermanentError, PipelineError, TransientError
from scenewire.messages import Progress, ProjectFailed
from scenewire.messages.headers import LETTER_TRUNCATED
from scenewire.topology import DEAD_LETTERS, PIPELINE, Durable, Retry, dead_letter_subject, progress_subject

__all__ = ["DeliveryMiddleware", "DeliveryPolicy"]

PATIENCE: Final = 3600.0
"""Seconds that one delivery waits for rate limits in all. Whoever is refused for longer has used up a daily allowance,
and comes again as after any failure."""

_ACK_PREFIX: Final = "$JS.ACK."

log = structlog.get_logger(__name__)


@dataclass(kw_only=True)
class DeliveryPolicy:
    """What the middleware needs to know and to reach; filled in while a service is put together and started."""

    retry: Retry
    durables: dict[str, Durable] = field(default_factory=dict)
    jetstream: JetStreamContext | None = None
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    def __call__(self, msg: Any, *, context: ContextRepo) -> "DeliveryMiddleware":
        """FastStream calls this for every message, and with None for every publish."""
        return DeliveryMiddleware(msg, context=context, policy=self)

    def heartbeat(self, durable: str) -> float | None:
        """Seconds between two signs of life."""
        known = self.durables.get(durable)
        return known.heartbeat.total_seconds() if known and known.heartbeat else None

    async def work(self, attempt: Callable[[], Awaitable[None]], delivery: Delivery) -> None:
        """Runs a handler, as often as rate limits ask for.

        The server counts deliveries and cannot be told that one does not count. So the message stays in hand, its heart
        beating, until the other side takes the call.
        """
        waited = 0.0
        refusals = 0
        while True:
            try:
                return await attempt()
            except TransientError as error:
                refusals += 1
                delay = self._rate_limit(error, refusals)
                if delay is None or waited + delay > PATIENCE:
                    raise
                waited += delay
                stage = delivery.raw.metadata.consumer
                log.warning("rate_limited", durable=stage, retry_in=delay, error=str(error))
                await self.tell(delivery, stage, f"waiting {delay:.0f} s: {one_line(error)}")
                started = time.perf_counter()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.stopping.wait(), delay)
                bus_metrics().rate_limit_wait.labels(stage).inc(time.perf_counter() - started)
                if self.stopping.is_set():
                    raise

    def _rate_limit(self, error: TransientError, refusals: int) -> float | None:
        """Seconds to wait; None when the failure is none of a rate limit."""
        if error.code is not FailureCode.RATE_LIMITED:
            return None
        if error.retry_after is None:
            return self.retry.delay(refusals)
        return max(error.retry_after, self.retry.base.total_seconds())

    async def tell(self, delivery: Delivery, stage: str, detail: str) -> None:
        """Tells whoever watches the project why nothing happens."""
        if delivery.message.project_id is None or self.jetstream is None:
            return
        progress = Progress(
            project_id=delivery.message.project_id,
            stage=stage,
            scene_number=delivery.message.scene_number,
            state="retrying",
            detail=detail,
        )
        await self.jetstream._nc.publish(  # noqa: SLF001 - the same connection, without a stream
            progress_subject(stage), progress.model_dump_json().encode()
        )

    async def publish(self, subject: str, body: bytes, *, stream: str, headers: dict[str, str]) -> None:
        """Stores a message by the shortest way; returns after the PubAck.

        Raises:
            PermanentError: `message_too_large`, nothing was sent.
        """
        require_body_fits(subject, body, body_limit(self.max_payload))
        await self._store(subject, body, stream=stream, headers=headers)

    async def keep_letter(self, subject: str, body: bytes, *, headers: dict[str, str]) -> None:
        """Stores a dead letter; one that the server would not take keeps the beginning of its body.

        Its body may be larger than what we publish ourselves: the message came from somebody else.
        """
        room = room_for_body(headers, self.max_payload)
        if len(body) > room:
            body, headers = body[:room], headers | {LETTER_TRUNCATED: str(room)}
        await self._store(subject, body, stream=DEAD_LETTERS.name, headers=headers)

    @property
    def max_payload(self) -> int:
        """Bytes of a message that the server takes, headers included."""
        return self._connected._nc.max_payload  # noqa: SLF001 - the context has no way to its client

    async def _store(self, subject: str, body: bytes, *, stream: str, headers: dict[str, str]) -> None:
        await self._connected.publish(subject, body, stream=stream, headers=headers, timeout=PUBLISH_TIMEOUT_S)

    @property
    def _connected(self) -> JetStreamContext:
        if self.jetstream is None:
            message = "the bus is not started"
            raise RuntimeError(message)
        return self.jetstream


class DeliveryMiddleware(BaseMiddleware[Any, Any]):
    """One message's stay with us. See the module's docstring."""

    def __init__(self, msg: Any, /, *, context: ContextRepo, policy: DeliveryPolicy) -> None:
        super().__init__(msg, context=context)
        self._policy = policy
        received = msg if isinstance(msg, list) else [msg]
        self._messages: list[Msg] = [m for m in received if isinstance(m, Msg) and m.reply.startswith(_ACK_PREFIX)]
        self._is_batch = isinstance(msg, list)
        self._beating: asyncio.Task[None] | None = None
        self._delivery: Delivery | None = None

    @override
    async def __aenter__(self) -> Self:
        await super().__aenter__()
        if not self._messages:
            return self
        seconds = self._policy.heartbeat(self._messages[0].metadata.consumer)
        if seconds is not None:
            self._beating = asyncio.create_task(self._beat(seconds))
        if not self._is_batch:
            self._delivery = Delivery(self._messages[0])
            current.set(self._delivery)
        return self

    @override
    async def consume_scope(self, call_next: AsyncFuncAny, msg: StreamMessage[Any]) -> Any:
        delivery = self._delivery
        if delivery is not None and delivery.raw.metadata.num_delivered > self._policy.retry.max_tries:
            raise PermanentError(
                FailureCode.CRASH_LOOP,
                f"{delivery.raw.metadata.num_delivered - 1} workers died or hung on this message",
                hint="look for killed or out-of-memory workers, then order again",
            )
        return await call_next(msg)

    @override
    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_val: BaseException | None = None,
        exc_tb: TracebackType | None = None,
    ) -> bool | None:
        if self._beating is not None:
            self._beating.cancel()
        if exc_val is not None and not isinstance(exc_val, HandlerException):
            for message in self._messages:
                if not message.is_acked:
                    await self._answer(message, exc_val)
        return await super().__aexit__(exc_type, exc_val, exc_tb)

    async def _answer(self, message: Msg, error: BaseException) -> None:
        try:
            if isinstance(error, asyncio.CancelledError):
                bus_metrics().failures.labels(message.metadata.consumer, "stopped", "given_back").inc()
                await message.nak()
            elif self._delivery is None:
                await message.nak(delay=self._policy.retry.delay(1))
            elif self._is_final(self._delivery, error):
                await self._give_up(self._delivery, error)
            else:
                await self._retry(self._delivery, error)
        except Exception:
            log.warning("answer_failed", subject=message.subject, exc_info=True)
            with suppress(OSError, nats.errors.Error):  # else it comes again after `ack_wait`
                await message.nak(delay=self._policy.retry.delay(message.metadata.num_delivered))
        message._ackd = True  # noqa: SLF001 - FastStream's own mark: it answers no second time

    def _is_final(self, delivery: Delivery, error: BaseException) -> bool:
        return (
            isinstance(error, PermanentError)
            or is_invalid_input(delivery, error)
            or delivery.raw.metadata.num_delivered >= self._policy.retry.max_tries
        )

    async def _retry(self, delivery: Delivery, error: BaseException) -> None:
        about = delivery.raw.metadata
        wanted = error.retry_after if isinstance(error, TransientError) else None
        code = error.code if isinstance(error, PipelineError) else "bug"
        bus_metrics().failures.labels(about.consumer, code, "retried").inc()
        delay = wanted if wanted is not None else self._policy.retry.delay(about.num_delivered)
        log.warning(
            "delivery_failed",
            durable=about.consumer,
            project_id=str(delivery.message.project_id),
            scene_number=delivery.message.scene_number,
            delivery=about.num_delivered,
            retry_in=delay,
            error=str(error),
        )
        await delivery.raw.nak(delay=delay)
        await self._policy.tell(delivery, about.consumer, f"trying again in {delay:.0f} s: {one_line(error)}")

    async def _give_up(self, delivery: Delivery, error: BaseException) -> None:
        """Dead-letters a message, publishes `project.failed` and terminates the delivery. Repeating it changes nothing.

        A message in hand holds a place of the durable's `max_ack_pending`, and enough of them stop the durable. So a
        dead letter that cannot be stored ends the delivery all the same, after the project was told: the message
        itself stays in its stream, at a sequence that the log and `project.failed` name. Only a bus that takes no
        `project.failed` either keeps the delivery: it takes nothing that others could do instead.

        Raises:
            nats.errors.Error: the bus cannot be reached or is full; the delivery has to come again.
            OSError: the same.
        """
        about = delivery.raw.metadata
        failure = as_pipeline_error(delivery, error)
        log.error(
            "dead_letter",
            durable=about.consumer,
            project_id=str(delivery.message.project_id),
            scene_number=delivery.message.scene_number,
            code=failure.code,
            error=str(failure),
        )
        fault = None
        try:
            await self._policy.keep_letter(
                dead_letter_subject(about.consumer), delivery.raw.data, headers=letter_headers(delivery, failure)
            )
        except Exception as problem:
            may_pass = isinstance(problem, (OSError, nats.errors.Error)) and not is_full(problem)
            if may_pass and about.num_delivered < self._policy.retry.max_tries:
                raise
            fault = problem
        try:
            await self._tell_failure(delivery, failure, kept=fault is None)
        except (OSError, nats.errors.Error):
            raise
        except Exception:  # a bug of ours, the same at every delivery
            log.critical("failure_untold", durable=about.consumer, sequence=about.sequence.stream, exc_info=True)
        if fault is not None:
            bus_metrics().letters_lost.labels(about.consumer).inc()
            log.critical(
                "dead_letter_lost",
                durable=about.consumer,
                project_id=str(delivery.message.project_id),
                stream=about.stream,
                sequence=about.sequence.stream,
                error=repr(fault),
                hint=f"make room in {DEAD_LETTERS.name}; the message is in {about.stream} at this sequence",
            )
        bus_metrics().failures.labels(about.consumer, failure.code, "dead_lettered").inc()
        await delivery.raw.term()

    async def _tell_failure(self, delivery: Delivery, failure: PipelineError, *, kept: bool) -> None:
        about = delivery.raw.metadata
        if delivery.message.project_id is None:
            return  # nobody to tell; the dead letter speaks for itself
        where = "" if kept else f"no dead letter could be stored; the message is {about.stream} {about.sequence.stream}"
        failed = ProjectFailed(
            project_id=delivery.message.project_id,
            revision=delivery.message.revision,
            stage=about.consumer,
            scene_number=delivery.message.scene_number,
            code=failure.code,
            message=readable(failure.message),
            hint="; ".join(filter(None, (readable(failure.hint), where))),
        )
        await self._policy.publish(
            failed.subject,
            failed.model_dump_json().encode(),
            stream=PIPELINE.name,
            headers=message_headers(failed),
        )

    async def _beat(self, seconds: float) -> None:
        while True:
            await asyncio.sleep(seconds)
            for message in self._messages:
                if not message.is_acked:
                    try:
                        await message.in_progress()
                    except Exception as error:  # noqa: BLE001 - an outage must not end the heartbeat
                        log.warning("heartbeat_failed", subject=message.subject, error=repr(error))
