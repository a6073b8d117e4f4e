"""Requests JSON from an archive's HTTP API, rate-limited and bounded, without ever revealing the key.

All calls of a process share one request at a time and a minimum interval. Answers are cached. An archive enters a
cooldown when it asks for one, and after three failures in a row.
"""

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx2
from typing_extensions import override

from scenewire.http_answers import retry_after
from scenewire_sourcing.servers.archive.answers import Answers

__all__ = ["ArchiveApi", "ArchiveClient", "ArchiveError"]

_MAX_ANSWER_BYTES: Final = 4 << 20
_FAILURES_BEFORE_COOLDOWN: Final = 3
_MAX_RETRY_WAIT_S: Final = 3.0
"""Longest Retry-After that a call waits for; a longer one is an error and starts a cooldown."""

_MAX_COOLDOWN_S: Final = 3_600.0


@dataclass(frozen=True)
class ArchiveApi:
    """An archive's HTTP API and how it is used."""

    name: str
    """For messages."""
    url: str
    interval_s: float
    """Minimum time between the starts of two requests."""
    timeout_s: float
    """Limit for one request."""
    cache_s: float
    """How long an answer is reused."""
    cooldown_s: float = 60
    """Time without requests after three failures in a row."""
    limit_cooldown_s: float = 0
    """Time without requests after a refusal for their number (429) that names no time."""
    answers_dir: Path | None = None
    """Keeps answers beyond this process; None keeps them in memory only."""
    user_agent: str = "scenewire"
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Query parameters that every request carries and that never appear in logs, errors or answers."""
    secret_headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Headers that every request carries and that never appear in logs, errors or answers."""


class ArchiveError(Exception):
    """An archive did not provide what was requested; the message contains no key.

    `status` is the HTTP status of the answer; None without one.
    """

    def __init__(self, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class _Keyed(httpx2.AsyncBaseTransport):
    """Adds the key below every layer that logs or describes a request, so that those never see it."""

    def __init__(self, secrets: Mapping[str, str], secret_headers: Mapping[str, str]) -> None:
        self._secrets = dict(secrets)
        self._secret_headers = dict(secret_headers)
        self._inner = httpx2.AsyncHTTPTransport(trust_env=False)

    @override
    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        url = request.url.copy_merge_params(self._secrets) if self._secrets else request.url
        headers = httpx2.Headers(request.headers)
        headers.update(self._secret_headers)
        return await self._inner.handle_async_request(
            httpx2.Request(request.method, url, headers=headers, extensions=request.extensions)
        )

    @override
    async def aclose(self) -> None:
        await self._inner.aclose()


class ArchiveClient:
    """A client of one archive.

    Args:
        api: the archive.
        clock: returns monotonic seconds.
        answers: keeps its answers; defaults to what the archive's settings say.
    """

    def __init__(
        self, api: ArchiveApi, *, clock: Callable[[], float] = time.monotonic, answers: Answers | None = None
    ) -> None:
        self._api = api
        self._clock = clock
        self._lock = asyncio.Lock()
        self._next_start = -float("inf")
        self._cooldown_until = -float("inf")
        self._failures = 0
        self._answers = answers or Answers(api.url, keep_s=api.cache_s, folder=api.answers_dir)
        self._http = httpx2.AsyncClient(
            transport=_Keyed(api.secrets, api.secret_headers),
            base_url=api.url,
            headers={"User-Agent": api.user_agent, "Accept": "application/json", "Accept-Encoding": "identity"},
            timeout=api.timeout_s,
            trust_env=False,
        )

    async def get(self, path: str, **parameters: str) -> dict[str, Any]:
        """Returns the JSON object at a path, from the cache if it is fresh.

        Raises:
            ArchiveError: the archive did not return one.
        """
        async with self._lock:
            known = await asyncio.to_thread(self._answers.find, path, parameters)
            if known is not None:
                return known
            answer = await self._request(path, parameters)
            in_folder = not self.holds_secret(json.dumps(answer))  # some archives repeat the key
            await asyncio.to_thread(self._answers.keep, path, parameters, answer, in_folder=in_folder)
            return answer

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._http.aclose()

    def holds_secret(self, text: str) -> bool:
        """Whether a text contains a key and must not be passed on."""
        return any(secret in text for secret in (*self._api.secrets.values(), *self._api.secret_headers.values()))

    # --- one request ------------------------------------------------------------------------------

    async def _request(self, path: str, parameters: Mapping[str, str]) -> dict[str, Any]:
        """Sends a request, and retries once when the archive asks for a short wait."""
        for may_retry in (True, False):
            if (left := self._cooldown_until - self._clock()) > 0:
                raise ArchiveError(f"{self._api.name} is in cooldown for another {left:.0f} s")
            await asyncio.sleep(max(0.0, self._next_start - self._clock()))
            self._next_start = self._clock() + self._api.interval_s
            status, headers, body = await self._exchange(path, parameters)
            if status == httpx2.codes.TOO_MANY_REQUESTS or status >= httpx2.codes.INTERNAL_SERVER_ERROR:
                wait = _cooldown(headers)
                if may_retry and wait is not None and wait <= _MAX_RETRY_WAIT_S:
                    self._next_start = max(self._next_start, self._clock() + wait)
                    continue
                if wait is None and status == httpx2.codes.TOO_MANY_REQUESTS:
                    wait = self._api.limit_cooldown_s
                raise self._failed(f"it answers {status}", status=status, wait=wait)
            if status != httpx2.codes.OK:
                self._failures = 0
                raise ArchiveError(f"{self._api.name} answers {status}", status=status)
            answer = self._read(body)
            self._failures = 0
            return answer
        raise AssertionError

    async def _exchange(self, path: str, parameters: Mapping[str, str]) -> tuple[int, httpx2.Headers, bytes]:
        body = bytearray()
        try:
            async with (
                asyncio.timeout(self._api.timeout_s),
                self._http.stream("GET", path, params=dict(parameters)) as response,
            ):
                if response.headers.get("content-encoding", "identity") != "identity":
                    raise self._failed("it sends compressed answers, which were not requested")
                async for chunk in response.aiter_raw():
                    body += chunk
                    if len(body) > _MAX_ANSWER_BYTES:
                        raise self._failed(f"its answer is larger than {_MAX_ANSWER_BYTES >> 20} MiB")
        except (TimeoutError, httpx2.TimeoutException) as error:
            raise self._failed(f"it did not answer within {self._api.timeout_s:g} s") from error
        except httpx2.TransportError as error:
            raise self._failed(f"it cannot be reached ({type(error).__name__})") from error
        return response.status_code, response.headers, bytes(body)

    def _read(self, body: bytes) -> dict[str, Any]:
        try:
            answer = json.loads(body)
        except (ValueError, RecursionError) as error:  # such as a page about an outage, or one that asks for a person
            raise self._failed("its answer is not JSON") from error
        if not isinstance(answer, dict):
            raise self._failed("its answer is not a JSON object")
        return answer

    def _failed(self, reason: str, *, status: int | None = None, wait: float | None = None) -> ArchiveError:
        """Counts a failure and starts a cooldown if the archive asked for one or has failed too often."""
        self._failures += 1
        if self._failures >= _FAILURES_BEFORE_COOLDOWN:
            wait = max(wait or 0, self._api.cooldown_s)
        if wait:
            self._cooldown_until = self._clock() + wait
            reason += f"; cooldown for {wait:.0f} s"
        return ArchiveError(f"{self._api.name}: {reason}", status=status)


def _cooldown(headers: Mapping[str, str]) -> float | None:
    """Returns the seconds for which an archive asks for no requests, at most an hour."""
    seconds = retry_after(headers)
    return None if seconds is None else min(seconds, _MAX_COOLDOWN_S)
