"""What happens around every delivered message: heartbeat, delayed retry, give-back, dead letter.

FastStream's own answer to a failure is to throw the message away or to have it back at once. This middleware answers
first, and marks the message as answered so that FastStream stays quiet:

    handled                     FastStream acknowledges
    told to wait by a rate limit   waits with the message in hand, and tries again: no delivery is used up
    failed, may succeed later   back after a delay that doubles
    invalid, or failed too often   dead letter, `project.failed`, then terminated
    we are being stopped        given back at once, so that another replica takes it
    its worker keeps dying      dead letter without running the handler again
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cached_property
from types import TracebackType
from typing import Any, Final, Self
from uuid import UUID

import structlog
from faststream import BaseMiddleware, ContextRepo, StreamMessage
from faststream.exceptions import HandlerException, RejectMessage
from faststream.types import AsyncFuncAny
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from typing_extensions import override

from scenewire.bus.metrics import bus_metrics
from scenewire.errors import FailureCode, PermanentError, PipelineError, TransientError
from scenewire.messages import Progress, ProjectFailed, ScriptRequested, derive_project_id
from scenewire.topology import DEAD_LETTERS, PIPELINE, Durable, Retry, dead_letter_subject

__all__ = ["Delivery", "DeliveryMiddleware", "DeliveryPolicy", "current_delivery", "published_at_ns"]

PUBLISH_TIMEOUT: Final = 5.0
"""Seconds for a PubAck; FastStream's default of 0.5 is short for a server that syncs every write."""

PATIENCE: Final = 3600.0
"""Seconds that one delivery waits for rate limits in all. Whoever is refused for longer has used up a daily allowance,
and comes again as after any failure."""

_DETAIL_CHARACTERS: Final = 900
_ACK_PREFIX: Final = "$JS.ACK."
_V1_TOKENS: Final = 9
_UNREADABLE: Final = (ValueError, RecursionError)
"""What decoding and validation raise: no JSON, no UTF-8, nested without end, fields of the wrong shape."""

log = structlog.get_logger(__name__)


def published_at_ns(message: Msg) -> int:
    """When the server stored a message, nanoseconds since the epoch, exactly as its acknowledgement subject has it."""
    tokens = message.reply.split(".")
    return int(tokens[7] if len(tokens) == _V1_TOKENS else tokens[9])


@dataclass
class Delivery:
    """One message in hand."""

    raw: Msg
    handler_entered: bool = False
    """Until then a failed validation is the message's fault, from then on it is ours."""

    @property
    def project_id(self) -> UUID | None:
        """Whose message it is, as far as it lets itself be read."""
        return (
            _uuid((self.raw.headers or {}).get("correlation_id")) or _uuid(self.body.get("project_id")) or self._derived
        )

    @property
    def scene_number(self) -> int | None:
        """The scene it speaks of, if any."""
        scene = self.body.get("scene")
        number = scene.get("scene_number") if isinstance(scene, dict) else None
        return number if isinstance(number, int) else None

    @property
    def revision(self) -> int:
        """Which run of its project it belongs to."""
        revision = self.body.get("revision", 0)
        return revision if isinstance(revision, int) else 0

    @cached_property
    def body(self) -> dict[str, Any]:
        """Its fields, unchecked; empty when it is no JSON object."""
        try:
            body = json.loads(self.raw.data)
        except (ValueError, RecursionError):
            return {}
        return body if isinstance(body, dict) else {}

    @property
    def derived_project_id(self) -> UUID:
        """The id that an order without one goes by."""
        return derive_project_id(self.raw.metadata.sequence.stream, published_at_ns(self.raw))

    @property
    def _derived(self) -> UUID | None:
        return self.derived_project_id if self.raw.subject == ScriptRequested.SUBJECT else None


_current: ContextVar[Delivery] = ContextVar("delivery")


def current_delivery() -> Delivery:
    """The message that the running handler was called for.

    Raises:
        LookupError: no handler is running.
    """
    return _current.get()


def _uuid(value: object) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


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
                await self.tell(delivery, stage, f"waiting {delay:.0f} s: {_one_line(error)}")
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
        if delivery.project_id is None or self.jetstream is None:
            return
        progress = Progress(
            project_id=delivery.project_id,
            stage=stage,
            scene_number=delivery.scene_number,
            state="retrying",
            detail=detail,
        )
        await self.jetstream._nc.publish(  # noqa: SLF001 - the same connection, without a stream
            f"progress.{stage}", progress.model_dump_json().encode()
        )

    async def publish(self, subject: str, body: bytes, *, stream: str, headers: dict[str, str]) -> None:
        """Stores a message by the shortest way; returns after the PubAck."""
        if self.jetstream is None:
            message = "the bus is not started"
            raise RuntimeError(message)
        await self.jetstream.publish(subject, body, stream=stream, headers=headers, timeout=PUBLISH_TIMEOUT)


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
            _current.set(self._delivery)
        return self

    @override
    async def consume_scope(self, call_next: AsyncFuncAny, msg: StreamMessage[Any]) -> Any:
        delivery = self._delivery
        if delivery is not None and delivery.raw.metadata.num_delivered > self._policy.retry.max_tries:
            error = PermanentError(
                FailureCode.CRASH_LOOP,
                f"{delivery.raw.metadata.num_delivered - 1} workers died or hung on this message",
                hint="look for killed or out-of-memory workers, then order again",
            )
            await self._bury(delivery, error)
            raise RejectMessage
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
                await self._bury(self._delivery, error)
                await message.term()
            else:
                await self._retry(self._delivery, error)
        except Exception:
            log.warning("answer_failed", subject=message.subject, exc_info=True)
        message._ackd = True  # noqa: SLF001 - FastStream's own mark: it answers no second time

    def _is_final(self, delivery: Delivery, error: BaseException) -> bool:
        return (
            isinstance(error, PermanentError)
            or _is_invalid_input(delivery, error)
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
            project_id=str(delivery.project_id),
            scene_number=delivery.scene_number,
            delivery=about.num_delivered,
            retry_in=delay,
            error=str(error),
        )
        await delivery.raw.nak(delay=delay)
        await self._policy.tell(delivery, about.consumer, f"trying again in {delay:.0f} s: {_one_line(error)}")

    async def _bury(self, delivery: Delivery, error: BaseException) -> None:
        """Keeps the message as a dead letter and tells whose project failed. Repeating it changes nothing."""
        about = delivery.raw.metadata
        failure = _as_pipeline_error(delivery, error)
        bus_metrics().failures.labels(about.consumer, failure.code, "dead_lettered").inc()
        log.error(
            "dead_letter",
            durable=about.consumer,
            project_id=str(delivery.project_id),
            scene_number=delivery.scene_number,
            code=failure.code,
            error=str(failure),
        )
        kept = {k: v for k, v in (delivery.raw.headers or {}).items() if not k.startswith("Nats-")}
        letter = {
            "Nats-Msg-Id": f"dlq:{about.stream}:{about.consumer}:{about.sequence.stream}",
            "scenewire-subject": delivery.raw.subject,
            "scenewire-reason": failure.code,
            "scenewire-detail": _one_line(failure),
            "scenewire-durable": about.consumer,
            "scenewire-sequence": str(about.sequence.stream),
            "scenewire-deliveries": str(about.num_delivered),
        }
        await self._policy.publish(
            dead_letter_subject(about.consumer), delivery.raw.data, stream=DEAD_LETTERS.name, headers=kept | letter
        )
        if delivery.project_id is None:
            return  # nobody to tell; the dead letter speaks for itself
        failed = ProjectFailed(
            project_id=delivery.project_id,
            revision=delivery.revision,
            stage=about.consumer,
            scene_number=delivery.scene_number,
            code=failure.code,
            message=failure.message[:_DETAIL_CHARACTERS],
            hint=failure.hint,
        )
        await self._policy.publish(
            failed.subject,
            failed.model_dump_json().encode(),
            stream=PIPELINE.name,
            headers={
                "Nats-Msg-Id": failed.message_id,
                "correlation_id": str(failed.project_id),
                "content-type": "application/json",
            },
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


def _is_invalid_input(delivery: Delivery, error: BaseException) -> bool:
    return not delivery.handler_entered and isinstance(error, _UNREADABLE)


def _as_pipeline_error(delivery: Delivery, error: BaseException) -> PipelineError:
    if isinstance(error, PipelineError):
        return error
    if _is_invalid_input(delivery, error):
        is_order = delivery.raw.subject == ScriptRequested.SUBJECT
        return PermanentError(
            FailureCode.INVALID_ORDER if is_order else FailureCode.INVALID_MESSAGE,
            f"a message on {delivery.raw.subject} cannot be understood: {_complaint(error)}",
            hint="correct the order and publish it again" if is_order else "its publisher speaks another version",
        )
    return PermanentError(
        FailureCode.RETRIES_EXHAUSTED,
        f"gave up after {delivery.raw.metadata.num_delivered} deliveries: {type(error).__name__}: {_one_line(error)}",
        hint="the service's log has the traceback",
    )


def _complaint(error: BaseException) -> str:
    if isinstance(error, ValidationError):
        return "; ".join(_fault(one) for one in error.errors(include_url=False, include_input=False))
    return _one_line(error)


def _fault(one: ErrorDetails) -> str:
    where = ".".join(str(part) for part in one["loc"][1:])
    said = "it is no JSON object" if one["type"] == "model_type" else one["msg"].removeprefix("Value error, ")
    return f"{where}: {said}" if where else said


def _one_line(error: BaseException) -> str:
    """Text for a header: no line breaks, nothing but ASCII, bounded."""
    text = " ".join(str(error).split()).encode("ascii", "replace").decode()
    return text[:_DETAIL_CHARACTERS]
