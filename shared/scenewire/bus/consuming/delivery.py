"""Middleware that settles each delivery: heartbeat, delayed retry, nak, dead letter.

FastStream itself terminates a failed message or naks it without delay. This middleware settles it first, and marks it as
settled so that FastStream does not:

    handled                       FastStream acknowledges
    rate limit or outage          waits with the message in flight and tries again; uses up no delivery
    failed, may succeed later     nak with a delay that doubles
    invalid, or failed too often  dead letter, `project.failed`, then terminated, even if the dead letter cannot be stored
    worker is being stopped       nak without delay, so that another replica takes it; does not count as a try
    of a newer schema version     nak with a delay, for a worker that knows the version; does not count as a try
    for another worker            nak with a delay, for a worker that has what it needs; does not count as a try
    workers keep dying on it      dead letter without running the handler again
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
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from opentelemetry.trace import SpanContext
from typing_extensions import override

from scenewire.accounting import charge
from scenewire.bus.consuming.dead_letters import as_pipeline_error, is_invalid_input, letter_headers, one_line, readable
from scenewire.bus.consuming.interruptions import Interruptions
from scenewire.bus.consuming.pauses import pause_after
from scenewire.bus.consuming.received import Delivery, current
from scenewire.bus.metrics import bus_metrics
from scenewire.bus.publishing import (
    PUBLISH_TIMEOUT_S,
    body_limit,
    is_full,
    message_headers,
    require_body_fits,
    room_for_body,
)
from scenewire.bus.traces import MessageTraces
from scenewire.errors import ConflictError, FailureCode, HandoverError, PermanentError, PipelineError, TransientError
from scenewire.messages import Message, Progress, ProjectFailed
from scenewire.messages.headers import LETTER_TRUNCATED
from scenewire.observability.tracing import span
from scenewire.topology import DEAD_LETTERS, PIPELINE, SCRIPT, Durable, Retry, dead_letter_subject, progress_subject

__all__ = ["DeliveryMiddleware", "DeliveryPolicy"]

NEWER_SCHEMA_DELAY_S: Final = 15.0
NEWER_SCHEMA_TIMEOUT_S: Final = 3600.0
"""How long a message of a newer schema version waits for a worker that knows it: longer than a rolling upgrade takes."""

_COUNT_TIMEOUT_S: Final = 1.0
"""A worker that is being stopped waits no longer for the bus to count the interruption."""

_SETTLE_TIMEOUT_S: Final = 2.0
"""How long stopped work may take to clean up."""

_NOT_STARTED: Final = "the bus is not started"
_ACK_PREFIX: Final = "$JS.ACK."

log = structlog.get_logger(__name__)


@dataclass(kw_only=True)
class DeliveryPolicy:
    """What the middleware needs; a service fills it in while it is built and started."""

    retry: Retry
    traces: MessageTraces
    durables: dict[str, Durable] = field(default_factory=dict)
    lenient: set[str] = field(default_factory=lambda: {SCRIPT.name})
    """Durables whose handlers read bodies of newer schema versions, too."""
    interruptions: Interruptions = field(default_factory=Interruptions, init=False)
    _client: Client | None = field(default=None, init=False)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    in_flight: set[asyncio.Task[Any]] = field(default_factory=set, init=False)
    _jetstream: JetStreamContext | None = field(default=None, init=False)

    def attach(self, client: Client) -> None:
        """Sets the service's connection."""
        self._client, self._jetstream = client, client.jetstream()

    def __call__(self, msg: Any, *, context: ContextRepo) -> "DeliveryMiddleware":
        """Returns the middleware of a message; FastStream calls this with None for every publish."""
        return DeliveryMiddleware(msg, context=context, policy=self)

    async def drain(self, drain_time_s: float) -> None:
        """Lets the work in flight finish, then interrupts it: FastStream would cancel it and close the connection at once.

        Args:
            drain_time_s: how long it may take to finish, seconds.
        """
        self.stopping.set()
        for timeout in (drain_time_s, _SETTLE_TIMEOUT_S):
            if self.in_flight:
                await asyncio.wait(self.in_flight, timeout=timeout)
            for task in self.in_flight:
                task.cancel()

    def heartbeat(self, durable: str) -> float | None:
        """Returns the seconds between two in-progress acks; None for a durable without."""
        known = self.durables.get(durable)
        return known.heartbeat.total_seconds() if known and known.heartbeat else None

    async def work(self, attempt: Callable[[], Awaitable[None]], delivery: Delivery) -> None:
        """Runs a handler, again after each pause that a rate limit or an outage asks for.

        The server counts deliveries, and no delivery can be excepted. So the message stays in flight, with in-progress
        acks, until the provider accepts the call, or bus and storage can be used.
        """
        waited = 0.0
        refusals = 0
        while True:
            try:
                return await attempt()
            except Exception as error:
                refusals += 1
                pause = pause_after(error, refusals, self.retry)
                if pause is None or waited + pause.delay > pause.timeout:
                    raise
                waited += pause.delay
                stage = delivery.raw.metadata.consumer
                log.warning(
                    "paused",
                    durable=stage,
                    reason=pause.reason,
                    retry_in=pause.delay,
                    error=str(error) or repr(error),
                )
                await self.publish_progress(delivery, stage, f"waiting {pause.delay:.0f} s: {one_line(error)}")
                started = time.perf_counter()
                with suppress(TimeoutError), span("pause", reason=pause.reason, delay_s=pause.delay):
                    await asyncio.wait_for(self.stopping.wait(), pause.delay)
                paused_s = time.perf_counter() - started
                charge(paused_s=paused_s)
                waits = bus_metrics().rate_limit_wait if pause.reason == "rate_limit" else bus_metrics().outage_wait
                waits.labels(stage).inc(paused_s)
                if self.stopping.is_set():
                    raise

    async def publish_progress(self, delivery: Delivery, stage: str, detail: str) -> None:
        """Publishes why a project makes no progress at the moment, if its message is work for it."""
        message = delivery.message
        durable = self.durables.get(stage)
        if message.project_id is None or (durable is not None and not durable.is_work):
            return
        progress = Progress(
            project_id=message.project_id,
            stage=stage,
            scene_number=message.scene_number,
            state="retrying",
            detail=detail,
        )
        with suppress(OSError, nats.errors.Error):  # telemetry never stops the work
            await self._connected.publish(progress_subject(stage), progress.model_dump_json().encode())

    async def publish(self, message: Message, *, cause: SpanContext | None) -> None:
        """Stores a message and returns after the PubAck.

        Args:
            message: what is published.
            cause: the span that it follows from, if there is one.

        Raises:
            PermanentError: `message_too_large`, nothing was sent.
        """
        body = message.model_dump_json().encode()
        require_body_fits(message.subject, body, body_limit(self.max_payload))
        with self.traces.publishing(message, message_headers(message), cause=cause) as headers:
            await self._store(message.subject, body, stream=PIPELINE.name, headers=headers)

    async def store_dead_letter(self, subject: str, body: bytes, *, headers: dict[str, str]) -> None:
        """Stores a dead letter; a body that is too large for the server is cut.

        Other clients may publish larger bodies than `body_limit`.
        """
        room = room_for_body(headers, self.max_payload)
        if len(body) > room:
            body, headers = body[:room], headers | {LETTER_TRUNCATED: str(room)}
        await self._store(subject, body, stream=DEAD_LETTERS.name, headers=headers)

    def is_stopping_in_pause(self, error: BaseException) -> bool:
        """Returns whether an error only says that the service was stopped while it waited."""
        return self.stopping.is_set() and pause_after(error, 1, self.retry) is not None

    @property
    def reconnects(self) -> int:
        """How often the connection was lost and found again."""
        return self._connected.stats["reconnects"]

    @property
    def max_payload(self) -> int:
        """The server's limit for a message, bytes, headers included."""
        return self._connected.max_payload

    @property
    def jetstream(self) -> JetStreamContext:
        """JetStream over the service's connection.

        Raises:
            RuntimeError: the bus is not started.
        """
        if self._jetstream is None:
            raise RuntimeError(_NOT_STARTED)
        return self._jetstream

    async def _store(self, subject: str, body: bytes, *, stream: str, headers: dict[str, str]) -> None:
        await self.jetstream.publish(subject, body, stream=stream, headers=headers, timeout=PUBLISH_TIMEOUT_S)

    @property
    def _connected(self) -> Client:
        if self._client is None:
            raise RuntimeError(_NOT_STARTED)
        return self._client


class DeliveryMiddleware(BaseMiddleware[Any, Any]):
    """Settles one delivery; see the module's docstring."""

    def __init__(self, msg: Any, /, *, context: ContextRepo, policy: DeliveryPolicy) -> None:
        super().__init__(msg, context=context)
        self._policy = policy
        received = msg if isinstance(msg, list) else [msg]
        self._messages: list[Msg] = [m for m in received if isinstance(m, Msg) and m.reply.startswith(_ACK_PREFIX)]
        self._is_batch = isinstance(msg, list)
        self._heartbeat: asyncio.Task[None] | None = None
        self._delivery: Delivery | None = None

    @override
    async def __aenter__(self) -> Self:
        await super().__aenter__()
        if not self._messages:
            return self
        seconds = self._policy.heartbeat(self._messages[0].metadata.consumer)
        if seconds is not None:
            self._heartbeat = asyncio.create_task(self._send_heartbeats(seconds))
        if not self._is_batch:
            self._delivery = Delivery(self._messages[0])
            current.set(self._delivery)
        if (task := asyncio.current_task()) is not None:
            self._policy.in_flight.add(task)
        return self

    @override
    async def consume_scope(self, call_next: AsyncFuncAny, msg: StreamMessage[Any]) -> Any:
        delivery = self._delivery
        if delivery is not None:
            if self._policy.stopping.is_set():
                raise asyncio.CancelledError
            if delivery.raw.metadata.num_delivered > 1:
                delivery.interrupted = await self._policy.interruptions.of(delivery.raw, self._policy.jetstream)
            if delivery.tries > self._policy.retry.max_tries:
                raise PermanentError(
                    FailureCode.CRASH_LOOP,
                    f"{delivery.tries - 1} workers died or hung on this message",
                    hint="look for killed or out-of-memory workers, then order again",
                )
            if self._waits_for_newer_worker(delivery):
                raise _NewerSchemaError
        return await call_next(msg)

    def _waits_for_newer_worker(self, delivery: Delivery) -> bool:
        """Orders of newer clients do not wait: their reader ignores what it does not know."""
        waited = delivery.interrupted * NEWER_SCHEMA_DELAY_S
        return (
            delivery.message.is_of_newer_schema
            and delivery.raw.metadata.consumer not in self._policy.lenient
            and waited < NEWER_SCHEMA_TIMEOUT_S
        )

    @override
    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_val: BaseException | None = None,
        exc_tb: TracebackType | None = None,
    ) -> bool | None:
        if self._heartbeat is not None:
            self._heartbeat.cancel()
        if exc_val is not None and not isinstance(exc_val, HandlerException):
            for message in self._messages:
                if not message.is_acked:
                    await self._settle(message, exc_val)
        self._policy.in_flight.discard(asyncio.current_task())
        return await super().__aexit__(exc_type, exc_val, exc_tb)

    async def _settle(self, message: Msg, error: BaseException) -> None:
        try:
            if isinstance(error, asyncio.CancelledError) or self._policy.is_stopping_in_pause(error):
                bus_metrics().failures.labels(message.metadata.consumer, "stopped", "nak").inc()
                await self._interrupt(message, delay=None)
            elif isinstance(error, _NewerSchemaError):
                log.warning("newer_schema", subject=message.subject, retry_in=NEWER_SCHEMA_DELAY_S)
                await self._interrupt(message, delay=NEWER_SCHEMA_DELAY_S)
            elif isinstance(error, HandoverError):
                log.info("handed_over", subject=message.subject, retry_in=error.retry_after, reason=error.message)
                await self._interrupt(message, delay=error.retry_after)
            elif self._delivery is None:
                await message.nak(delay=self._policy.retry.delay(1))
            elif self._is_final(self._delivery, error):
                await self._dead_letter(self._delivery, error)
            else:
                await self._retry(self._delivery, error)
        except Exception:
            log.warning("settle_failed", subject=message.subject, exc_info=True)
            with suppress(OSError, nats.errors.Error):  # otherwise it is redelivered after `ack_wait`
                await message.nak(delay=self._policy.retry.delay(message.metadata.num_delivered))
        message._ackd = True  # noqa: SLF001 - FastStream does not settle a message that is marked as settled

    def _is_final(self, delivery: Delivery, error: BaseException) -> bool:
        return (
            isinstance(error, PermanentError)
            or is_invalid_input(delivery, error)
            or delivery.tries >= self._policy.retry.max_tries
        )

    async def _interrupt(self, message: Msg, *, delay: float | None) -> None:
        """Naks a message without counting the delivery as a try."""
        bus_metrics().interrupted.labels(message.metadata.consumer).inc()
        try:
            async with asyncio.timeout(_COUNT_TIMEOUT_S):
                await self._policy.interruptions.add(message, self._policy.jetstream)
        except TimeoutError:
            log.warning("interruption_not_counted", subject=message.subject)
        finally:
            await message.nak(delay=delay)

    async def _retry(self, delivery: Delivery, error: BaseException) -> None:
        metadata = delivery.raw.metadata
        wanted = error.retry_after if isinstance(error, TransientError) else None
        code = error.code if isinstance(error, PipelineError) else "bug"
        bus_metrics().failures.labels(metadata.consumer, code, "retried").inc()
        delay = wanted if wanted is not None else self._policy.retry.delay(delivery.tries)
        log.warning(
            "delivery_failed",
            durable=metadata.consumer,
            project_id=str(delivery.message.project_id),
            scene_number=delivery.message.scene_number,
            tries=delivery.tries,
            retry_in=delay,
            error=str(error),
        )
        await delivery.raw.nak(delay=delay)
        await self._policy.publish_progress(
            delivery, metadata.consumer, f"trying again in {delay:.0f} s: {one_line(error)}"
        )

    async def _dead_letter(self, delivery: Delivery, error: BaseException) -> None:
        """Dead-letters a message, publishes `project.failed` and terminates the delivery; safe to repeat.

        A message in flight counts towards the durable's `max_ack_pending`, and enough of them stop the durable. So the
        delivery ends even if the dead letter cannot be stored, once `project.failed` is published. The message itself
        stays in its stream, at a sequence that the log and `project.failed` name. The delivery stays open only while
        the bus refuses `project.failed` too: then it could not deliver anything else either.

        Raises:
            nats.errors.Error: the bus cannot be reached or is full; the message must be redelivered.
            OSError: the same.
        """
        metadata = delivery.raw.metadata
        failure = as_pipeline_error(delivery, error)
        log.error(
            "dead_letter",
            durable=metadata.consumer,
            project_id=str(delivery.message.project_id),
            scene_number=delivery.message.scene_number,
            code=failure.code,
            error=str(failure),
        )
        fault = None
        try:
            await self._policy.store_dead_letter(
                dead_letter_subject(metadata.consumer), delivery.raw.data, headers=letter_headers(delivery, failure)
            )
        except Exception as problem:
            may_pass = isinstance(problem, (OSError, nats.errors.Error)) and not is_full(problem)
            if may_pass and delivery.tries < self._policy.retry.max_tries:
                raise
            fault = problem
        try:
            await self._publish_failure(delivery, failure, kept=fault is None)
        except (OSError, nats.errors.Error):
            raise
        except Exception:  # a bug in scenewire, the same at every delivery
            log.critical(
                "failure_not_published", durable=metadata.consumer, sequence=metadata.sequence.stream, exc_info=True
            )
        if fault is not None:
            bus_metrics().letters_lost.labels(metadata.consumer).inc()
            log.critical(
                "dead_letter_lost",
                durable=metadata.consumer,
                project_id=str(delivery.message.project_id),
                stream=metadata.stream,
                sequence=metadata.sequence.stream,
                error=repr(fault),
                hint=f"make room in {DEAD_LETTERS.name}; the message is in {metadata.stream} at this sequence",
            )
        bus_metrics().failures.labels(metadata.consumer, failure.code, "dead_lettered").inc()
        await delivery.raw.term()

    async def _publish_failure(self, delivery: Delivery, failure: PipelineError, *, kept: bool) -> None:
        metadata = delivery.raw.metadata
        durable = self._policy.durables.get(metadata.consumer)
        goes_on = isinstance(failure, ConflictError) or (durable is not None and not durable.is_work)
        if delivery.message.project_id is None or goes_on:
            return  # the dead letter has the reason
        where = (
            ""
            if kept
            else f"no dead letter could be stored; the message is {metadata.stream} {metadata.sequence.stream}"
        )
        failed = ProjectFailed(
            project_id=delivery.message.project_id,
            revision=delivery.message.revision,
            stage=metadata.consumer,
            scene_number=delivery.message.scene_number,
            code=failure.code,
            message=readable(failure.message),
            hint="; ".join(filter(None, (readable(failure.hint), where))),
            work=delivery.account.take() if delivery.account is not None else None,
        )
        await self._policy.publish(failed, cause=delivery.trace_context)

    async def _send_heartbeats(self, seconds: float) -> None:
        reconnects = self._policy.reconnects
        while True:
            await asyncio.sleep(seconds)
            for message in self._messages:
                if not message.is_acked:
                    try:
                        await message.in_progress()
                        if self._policy.reconnects > reconnects:  # meanwhile, the server may have delivered it again
                            await self._policy.interruptions.add(message, self._policy.jetstream)
                    except Exception as error:  # noqa: BLE001 - an outage must not end the heartbeat
                        log.warning("heartbeat_failed", subject=message.subject, error=repr(error))
            reconnects = self._policy.reconnects


class _NewerSchemaError(ValueError):
    """A message has a schema version that this worker does not know."""
