"""Sends events to endpoints.

Each endpoint is independent of the others: they are sent to at the same time, and an event is sent again only to those
that do not have it. An endpoint has few requests open, and only one while it fails. All other deliveries pass it by, so
that one that does not answer leaves most of them to the others.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

import httpx2
import structlog
from pydantic import BaseModel

from scenewire.artifacts.store import ArtifactStore
from scenewire.errors import FailureCode, TransientError
from scenewire.http_answers import retry_after
from scenewire.messages import StoredMessage
from scenewire.topology import Retry
from scenewire_gateway.webhooks.endpoints import Endpoint
from scenewire_gateway.webhooks.events import Event, event_of

__all__ = ["MAX_AGE", "WebhookDelivery", "webhook_client"]

MAX_AGE: Final = timedelta(days=3)
"""Older events are not sent: a gateway that starts for the first time would send a month of them."""

_OPERATION_TIMEOUT_S: Final = 10.0
_TOTAL_TIMEOUT_S: Final = 15.0

_MAX_OPEN: Final = 4
"""Requests to an endpoint at once: half as many as there are deliveries."""

_SLOT_TIMEOUT_S: Final = 1.0
"""How long a delivery waits for one of these requests to end; endpoints answer within a fraction of it."""

_GONE: Final = 410

log = structlog.get_logger(__name__)


def webhook_client() -> httpx2.AsyncClient:
    """Returns a client for deliveries. Redirects are not followed: they could lead into the operator's network."""
    return httpx2.AsyncClient(
        timeout=_OPERATION_TIMEOUT_S, follow_redirects=False, trust_env=False, headers={"User-Agent": "scenewire"}
    )


@dataclass
class _Condition:
    """How an endpoint is.

    Attributes:
        is_gone: whether it answered that it does not want events any more.
        is_failing: whether the last request failed.
        is_tried: whether a request to it is open while it is failing.
        is_stuck: whether none of its open requests ended while a delivery waited for that.
        rests_until: on the monotonic clock.
        slots: for its open requests.
    """

    is_gone: bool = False
    is_failing: bool = False
    is_tried: bool = False
    is_stuck: bool = False
    rests_until: float = 0.0
    slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_MAX_OPEN))


@dataclass(frozen=True)
class _Failure:
    endpoint: str
    reason: str
    wait_s: float


class _Delivered(BaseModel):
    """Endpoints that have an event, stored while others do not."""

    endpoints: frozenset[str]


class WebhookDelivery:
    """Sends events to endpoints, and remembers in the artifact store who has which.

    Args:
        endpoints: who is told.
        client: of `webhook_client`; its owner closes it.
        store: the artifact store.
        public_url: address of the gateway for others, without a slash at the end; links are relative if it is empty.
        retry: when an event is sent again.
    """

    def __init__(
        self,
        endpoints: Sequence[Endpoint],
        client: httpx2.AsyncClient,
        store: ArtifactStore,
        *,
        public_url: str,
        retry: Retry,
    ) -> None:
        self._endpoints = endpoints
        self._client = client
        self._store = store
        self._public_url = public_url
        self._retry = retry
        self._conditions = {endpoint.name: _Condition() for endpoint in endpoints}

    async def deliver(self, message: StoredMessage, *, attempt: int) -> None:
        """Sends the event of a message to every endpoint that wants it and does not have it.

        Args:
            message: how a project ended.
            attempt: 1 for the first delivery of the message.

        Raises:
            PermanentError: `invalid_message`.
            TransientError: `webhook_failed`, an endpoint did not accept it.
        """
        if not self._endpoints:
            return
        event = event_of(message, public_url=self._public_url)
        if event is None:
            return
        age = timedelta(seconds=time.time() - message.published_at_ns / 1e9)
        if age > MAX_AGE:
            log.info("webhook_event_expired", type=event.type, age_days=age.days)
            return
        wanted = [e for e in self._endpoints if event.type in e.events and not self._conditions[e.name].is_gone]
        done = await self._delivered(event) if attempt > 1 else frozenset()
        missing = [endpoint for endpoint in wanted if endpoint.name not in done]
        results = await asyncio.gather(*(self._send(endpoint, event) for endpoint in missing))
        failures = [result for result in results if result is not None]
        if not failures:
            return
        failed = {failure.endpoint for failure in failures}
        now_done = done | {endpoint.name for endpoint in missing if endpoint.name not in failed}
        if now_done > done:
            document = _Delivered(endpoints=now_done).model_dump_json().encode()
            await self._store.replace_document(_key(event), document)
        raise TransientError(
            FailureCode.WEBHOOK_FAILED,
            "; ".join(f"the webhook {failure.endpoint} {failure.reason}" for failure in failures),
            hint="check the receiver; docs/webhooks.md says when events are sent again",
            retry_after=max(self._retry.delay(attempt), min(failure.wait_s for failure in failures)),
        )

    async def _delivered(self, event: Event) -> frozenset[str]:
        document = await self._store.read_document(_key(event))
        return frozenset() if document is None else _Delivered.model_validate_json(document).endpoints

    async def _send(self, endpoint: Endpoint, event: Event) -> _Failure | None:
        condition = self._conditions[endpoint.name]
        base_s = self._retry.base.total_seconds()
        rest_s = condition.rests_until - time.monotonic()
        if rest_s > 0 or condition.is_tried or condition.is_stuck:
            return _Failure(endpoint.name, "does not answer", max(rest_s, base_s))
        try:
            async with asyncio.timeout(_SLOT_TIMEOUT_S):
                await condition.slots.acquire()
        except TimeoutError:
            condition.is_stuck = True
            return _Failure(endpoint.name, "does not answer", base_s)
        is_trial = condition.is_failing
        condition.is_tried |= is_trial
        try:
            return await self._try(endpoint, event, condition)
        finally:
            condition.is_tried &= not is_trial
            condition.is_stuck = False
            condition.slots.release()

    async def _try(self, endpoint: Endpoint, event: Event, condition: _Condition) -> _Failure | None:
        base_s = self._retry.base.total_seconds()
        try:
            status, wanted_s = await self._post(endpoint, event)
        except (httpx2.HTTPError, OSError) as error:  # TimeoutError is an OSError
            condition.is_failing = True
            condition.rests_until = time.monotonic() + base_s
            return _Failure(endpoint.name, f"cannot be reached: {type(error).__name__}", base_s)
        if status == _GONE:
            condition.is_gone = True
            log.warning(
                "webhook_gone", endpoint=endpoint.name, hint="it gets no more events until the gateway restarts"
            )
            return None
        condition.is_failing = status >= 500 or status == 429
        if 200 <= status < 300:
            log.info("webhook_delivered", endpoint=endpoint.name, type=event.type)
            return None
        wait_s = base_s if wanted_s is None else wanted_s
        if condition.is_failing:
            condition.rests_until = time.monotonic() + wait_s
        return _Failure(endpoint.name, f"answered {status}", wait_s)

    async def _post(self, endpoint: Endpoint, event: Event) -> tuple[int, float | None]:
        """Returns the status, and the seconds of Retry-After; reads no body, which could have any size."""
        now = datetime.now(UTC)
        message_id = event.id_for(endpoint.name)
        headers = {
            "Content-Type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": endpoint.signer.sign(message_id, now, event.body),
        }
        async with (
            asyncio.timeout(_TOTAL_TIMEOUT_S),
            self._client.stream("POST", endpoint.url, content=event.body.encode(), headers=headers) as answer,
        ):
            return answer.status_code, retry_after(answer.headers)


def _key(event: Event) -> str:
    return f"results/webhooks/{event.key}.json"
