"""Limits of requests: size and shape of bodies, requests per second, and how much one caller does at once.

A middleware enforces them before a route sees the request. A JSON body is read whole, because it is bounded, and checked
before anything parses it. Other bodies are counted while the route reads them.
"""

import asyncio
import math
import re
import time
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from scenewire_gateway.access.middleware import caller_of
from scenewire_gateway.problems import Problem, send_problem

__all__ = ["KIBIBYTE", "LimitsMiddleware", "Rate", "RouteLimits"]

KIBIBYTE: Final = 1 << 10

BODY_TIMEOUT_S: Final = 30.0
"""Longest silence while a body arrives."""

MAX_JSON_DEPTH: Final = 16

_SLOT_RETRY_S: Final = 5
"""When to ask again for an upload or an event stream: nobody knows when one ends."""

_CLOSE: Final = {"Connection": "close"}
"""For answers before the body was read."""

_MAX_DIGITS: Final = 18
"""Of a content length, far beyond any limit."""

_MIN_SWEEP: Final = 1_000
"""Buckets, before full ones are looked for."""

_TOKENS_PER_VALUE: Final = 4
"""A value with its key, comma and closing bracket."""

_READS: Final = frozenset({"GET", "HEAD", "OPTIONS"})

_JSON_TOKEN: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|[\[{,]|[\]}]', re.DOTALL)
"""A string, which may lack its end, or a sign. Possessive, so that no input takes longer than its length."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class RouteLimits:
    """Limits of the requests to some routes.

    Attributes:
        path: such as `/v1/projects/{id}/edits`; a name in braces stands for one part of a path.
        methods: such as `POST`.
        max_body: bytes.
        max_values: values in a JSON body; None for a body that is not JSON, which the route reads while it arrives.
        concurrent: requests that a caller may have open at once; None for any number.
    """

    path: str
    methods: Collection[str]
    max_body: int = 64 * KIBIBYTE
    max_values: int | None = 10_000
    concurrent: int | None = None

    def applies(self, method: str, path: str) -> bool:
        """Returns whether a request is to these routes."""
        return method in self.methods and self._pattern.fullmatch(path) is not None

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        parts = re.split(r"(\{\w+\})", self.path)
        return re.compile("".join("[^/]+" if part.startswith("{") else re.escape(part) for part in parts))


@dataclass(frozen=True)
class Rate:
    """Requests of one caller: so many per second on average, and so many at once."""

    per_second: float
    burst: int


class _Bucket:
    """A token bucket."""

    def __init__(self, rate: Rate, now: float) -> None:
        self._rate = rate
        self._tokens = float(rate.burst)
        self._updated = now

    def take(self, now: float) -> float:
        """Takes a token; without one, returns the seconds until there is one, else 0."""
        self._refill(now)
        if self._tokens >= 1:
            self._tokens -= 1
            return 0
        return (1 - self._tokens) / self._rate.per_second

    def is_full(self, now: float) -> bool:
        self._refill(now)
        return self._tokens >= self._rate.burst

    def _refill(self, now: float) -> None:
        self._tokens = min(self._rate.burst, self._tokens + (now - self._updated) * self._rate.per_second)
        self._updated = now


class _Buckets:
    """A bucket for each caller. Full ones are forgotten: a new one is the same."""

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._buckets: dict[str, _Bucket] = {}
        self._sweep_at = _MIN_SWEEP

    def take(self, caller: str, now: float) -> float:
        if len(self._buckets) >= self._sweep_at:
            self._buckets = {name: bucket for name, bucket in self._buckets.items() if not bucket.is_full(now)}
            self._sweep_at = max(_MIN_SWEEP, 2 * len(self._buckets))
        if caller not in self._buckets:
            self._buckets[caller] = _Bucket(self._rate, now)
        return self._buckets[caller].take(now)


class LimitsMiddleware:
    """ASGI middleware that refuses requests beyond the limits, with 413, 429 or 408. Needs the caller: see `access`.

    Args:
        app: the application.
        routes: limits of single routes; the first that applies counts.
        others: limits of all other routes.
        reads: rate of GET requests.
        writes: rate of other requests.
    """

    def __init__(
        self, app: ASGIApp, *, routes: Sequence[RouteLimits], others: RouteLimits, reads: Rate, writes: Rate
    ) -> None:
        self._app = app
        self._routes = routes
        self._others = others
        self._reads = _Buckets(reads)
        self._writes = _Buckets(writes)
        self._open: Counter[tuple[str, str]] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limits = next((route for route in self._routes if route.applies(scope["method"], scope["path"])), self._others)
        try:
            self._require_rate(scope)
            with self._slot(scope, limits):
                await _Request(scope, receive, send, limits).serve(self._app)
        except Problem as problem:
            log.info("request_refused", code=problem.code, method=scope["method"], path=scope["path"])
            await send_problem(send, problem)

    def _require_rate(self, scope: Scope) -> None:
        buckets = self._reads if scope["method"] in _READS else self._writes
        delay = buckets.take(_caller_name(scope), time.monotonic())
        if delay:
            seconds = math.ceil(delay)
            raise Problem(
                429,
                "too_many_requests",
                "this caller sends requests faster than the gateway accepts",
                hint=f"ask again in {seconds} s",
                headers={"Retry-After": str(seconds)},
            )

    @contextmanager
    def _slot(self, scope: Scope, limits: RouteLimits) -> Iterator[None]:
        if limits.concurrent is None:
            yield
            return
        slot = (_caller_name(scope), limits.path)
        if self._open[slot] >= limits.concurrent:
            raise Problem(
                429,
                "too_many_open_requests",
                f"this caller has {limits.concurrent} requests to {limits.path} open, which is the limit",
                hint="wait until one has ended",
                headers={"Retry-After": str(_SLOT_RETRY_S)},
            )
        self._open[slot] += 1
        try:
            yield
        finally:
            self._open[slot] -= 1
            if not self._open[slot]:
                del self._open[slot]


class _Request:
    """One request, its limits, and whether its answer has begun."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, limits: RouteLimits) -> None:
        self._scope, self._receive, self._send, self._limits = scope, receive, send, limits
        self._received = 0
        self._is_complete = False
        self._problem: Problem | None = None
        self._is_answered = False

    async def serve(self, app: ASGIApp) -> None:
        """Calls the application.

        Raises:
            Problem: the request was refused before the application began to answer.
        """
        receive = await self._checked_receive()
        try:
            await app(self._scope, receive, self._pass_on)
        except Exception as error:
            if self._problem is None or self._is_answered:
                raise
            raise self._problem from error  # whatever the application made of it
        if self._problem is not None and not self._is_answered:
            raise self._problem

    async def _pass_on(self, message: Message) -> None:
        if self._problem is None or self._is_answered:
            self._is_answered = True
            await self._send(message)

    async def _checked_receive(self) -> Receive:
        """Returns what the application receives the body from."""
        length = _header(self._scope, b"content-length")
        if length.isdigit() and (len(length) > _MAX_DIGITS or int(length) > self._limits.max_body):
            raise self._too_large()
        has_body = length not in (b"", b"0") or _header(self._scope, b"transfer-encoding") != b""
        if self._limits.max_values is None or not has_body:
            return self._counted_receive
        body = bytearray()
        while not self._is_complete:
            message = await self._counted_receive()
            if message["type"] != "http.request":
                return _replay([message], self._receive)  # the client has gone
            body += message.get("body", b"")
        _require_simple_json(bytes(body), self._limits.max_values)
        return _replay([{"type": "http.request", "body": bytes(body), "more_body": False}], self._receive)

    async def _counted_receive(self) -> Message:
        if self._is_complete:
            return await self._receive()  # waits until the client goes
        try:
            async with asyncio.timeout(BODY_TIMEOUT_S):
                message = await self._receive()
        except TimeoutError:
            detail = f"nothing of the body arrived for {BODY_TIMEOUT_S:g} s"
            self._problem = Problem(408, "body_timeout", detail, hint="send the request again", headers=_CLOSE)
            raise self._problem from None
        self._received += len(message.get("body", b""))
        self._is_complete = not message.get("more_body", False)
        if self._received > self._limits.max_body:
            self._problem = self._too_large()
            raise self._problem
        return message

    def _too_large(self) -> Problem:
        return Problem(
            413,
            "body_too_large",
            f"the body has more than {self._limits.max_body:,} bytes, the limit of this request",
            hint="send less, or several requests",
            headers=_CLOSE,
            limit=self._limits.max_body,
        )


def _require_simple_json(body: bytes, max_values: int) -> None:
    """Checks depth and number of values without parsing: parsers of JSON bound neither.

    Raises:
        Problem: the body is too complex, or is not UTF-8 as far as its signs are concerned.
    """
    if b"\0" in body:  # UTF-16 and UTF-32 would be read wrongly here
        raise Problem(422, "invalid_json", "the body must be JSON in UTF-8", hint="remove NUL bytes")
    depth, values = 0, 1
    for count, token in enumerate(_JSON_TOKEN.finditer(body)):
        match token[0]:
            case b"[" | b"{":
                depth += 1
                values += 1
            case b"]" | b"}":
                depth -= 1
            case b",":
                values += 1
        if depth > MAX_JSON_DEPTH:
            detail = f"the body is nested more than {MAX_JSON_DEPTH} levels deep"
            raise Problem(422, "body_too_complex", detail, hint="see /openapi.json for what the route accepts")
        if values > max_values or count > _TOKENS_PER_VALUE * max_values:
            detail = f"the body has more than {max_values:,} values"
            raise Problem(422, "body_too_complex", detail, hint="send several requests")


def _replay(messages: list[Message], then: Receive) -> Receive:
    async def receive() -> Any:
        return messages.pop(0) if messages else await then()

    return receive


def _caller_name(scope: Scope) -> str:
    caller = caller_of(scope)
    if caller is not None:
        return caller.name
    return f"address {scope['client'][0] if scope['client'] else ''}"  # no key has a name with a space


def _header(scope: Scope, name: bytes) -> bytes:
    return next((value for key, value in scope["headers"] if key == name), b"")
