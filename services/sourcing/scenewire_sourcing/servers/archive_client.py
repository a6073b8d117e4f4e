"""Asking an archive's HTTP interface: politely, boundedly, and without ever telling anybody the key.

One request at a time and not more often than agreed, over all calls of this process. Answers are kept for a while.
An archive that asks to be left alone is left alone, and so is one that fails three times in a row.
"""

import asyncio
import email.utils
import json
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, Final

import httpx2
from typing_extensions import override

__all__ = ["ArchiveClient", "ArchiveError"]

_LARGEST_ANSWER: Final = 4 << 20
_MOST_KEPT: Final = 500
"""Answers."""

_FAILURES_BEFORE_REST: Final = 3
_PATIENCE: Final = 3.0
"""Seconds that are waited within a call when the archive asks for it; a longer wait is an error that says so."""


class ArchiveError(Exception):
    """An archive did not give what was asked for; the message is for people and holds no key.

    `status` is that of its answer, None if there was none.
    """

    def __init__(self, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class _Keyed(httpx2.AsyncBaseTransport):
    """Adds the key below everything that logs or describes a request: what is above never has it."""

    def __init__(self, secrets: Mapping[str, str]) -> None:
        self._secrets = dict(secrets)
        self._inner = httpx2.AsyncHTTPTransport(trust_env=False)

    @override
    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        url = request.url.copy_merge_params(self._secrets) if self._secrets else request.url
        return await self._inner.handle_async_request(
            httpx2.Request(request.method, url, headers=request.headers, extensions=request.extensions)
        )

    @override
    async def aclose(self) -> None:
        await self._inner.aclose()


class ArchiveClient:
    """An archive.

    Args:
        name: of the archive, for messages.
        url: where its interface is.
        secrets: parameters that every request carries and that nobody may see.
        interval: seconds between the beginnings of two requests.
        timeout: seconds for one request.
        keep: seconds that an answer is kept.
        rest: seconds that the archive is left alone after three failures in a row.
        clock: seconds that never go back.
    """

    def __init__(
        self,
        name: str,
        url: str,
        *,
        interval: float,
        timeout: float,
        keep: float,
        secrets: Mapping[str, str] | None = None,
        rest: float = 60,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name = name
        self._interval = interval
        self._timeout = timeout
        self._keep = keep
        self._rest = rest
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()
        self._next = -float("inf")
        self._closed_until = -float("inf")
        self._failures = 0
        self._kept: OrderedDict[tuple[str, tuple[tuple[str, str], ...]], tuple[float, dict[str, Any]]] = OrderedDict()
        self._secrets = tuple((secrets or {}).values())
        self._http = httpx2.AsyncClient(
            transport=_Keyed(secrets or {}),
            base_url=url,
            headers={"User-Agent": "scenewire", "Accept": "application/json", "Accept-Encoding": "identity"},
            timeout=timeout,
            trust_env=False,
        )

    async def get(self, path: str, **parameters: str) -> dict[str, Any]:
        """The JSON object at a path, as kept or anew.

        Raises:
            ArchiveError: there is none.
        """
        key = (path, tuple(sorted(parameters.items())))
        async with self._one_at_a_time:
            kept = self._kept.get(key)
            if kept is not None and self._clock() < kept[0]:
                return kept[1]
            answer = await self._ask(path, parameters)
            self._kept[key] = (self._clock() + self._keep, answer)
            self._kept.move_to_end(key)
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
            return answer

    async def aclose(self) -> None:
        """Ends its connections."""
        await self._http.aclose()

    def holds_secret(self, text: str) -> bool:
        """Whether a text that is to be passed on would give a key away."""
        return any(secret in text for secret in self._secrets)

    # --- one request ------------------------------------------------------------------------------

    async def _ask(self, path: str, parameters: Mapping[str, str]) -> dict[str, Any]:
        """Asks, and once more when the archive is only busy for a moment."""
        for may_ask_again in (True, False):
            if (left := self._closed_until - self._clock()) > 0:
                raise ArchiveError(f"{self._name} is left alone for another {left:.0f} s")
            await asyncio.sleep(max(0.0, self._next - self._clock()))
            self._next = self._clock() + self._interval
            status, headers, body = await self._exchange(path, parameters)
            if status == httpx2.codes.TOO_MANY_REQUESTS or status >= httpx2.codes.INTERNAL_SERVER_ERROR:
                wait = _seconds(headers.get("retry-after"))
                if may_ask_again and wait is not None and wait <= _PATIENCE:
                    self._next = max(self._next, self._clock() + wait)
                    continue
                raise self._failed(f"it answers {status}", status=status, wait=wait)
            self._failures = 0
            if status != httpx2.codes.OK:
                raise ArchiveError(f"{self._name} answers {status}", status=status)
            return self._read(body)
        raise AssertionError

    async def _exchange(self, path: str, parameters: Mapping[str, str]) -> tuple[int, httpx2.Headers, bytes]:
        body = bytearray()
        try:
            async with (
                asyncio.timeout(self._timeout),
                self._http.stream("GET", path, params=dict(parameters)) as response,
            ):
                if response.headers.get("content-encoding", "identity") != "identity":
                    raise self._failed("it sends compressed answers, which were not asked for")
                async for chunk in response.aiter_raw():
                    body += chunk
                    if len(body) > _LARGEST_ANSWER:
                        raise self._failed(f"its answer has more than {_LARGEST_ANSWER >> 20} MiB")
        except (TimeoutError, httpx2.TimeoutException) as error:
            raise self._failed(f"it did not answer within {self._timeout:g} s") from error
        except httpx2.TransportError as error:
            raise self._failed(f"it cannot be reached ({type(error).__name__})") from error
        return response.status_code, response.headers, bytes(body)

    def _read(self, body: bytes) -> dict[str, Any]:
        try:
            answer = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise ArchiveError(f"{self._name}: its answer is not JSON") from error
        if not isinstance(answer, dict):
            raise ArchiveError(f"{self._name}: its answer is no JSON object")
        return answer

    def _failed(self, reason: str, *, status: int | None = None, wait: float | None = None) -> ArchiveError:
        """Counts a failure; the archive is left alone for as long as it asked for, or as it seems to need."""
        self._failures += 1
        if self._failures >= _FAILURES_BEFORE_REST:
            wait = max(wait or 0, self._rest)
        if wait:
            self._closed_until = self._clock() + wait
            reason += f" and is left alone for {wait:.0f} s"
        return ArchiveError(f"{self._name}: {reason}", status=status)


def _seconds(retry_after: str | None) -> float | None:
    """What Retry-After says, in seconds from now; at most an hour."""
    if retry_after is None:
        return None
    if retry_after.isascii() and retry_after.isdecimal():
        return min(float(retry_after), 3_600)
    try:
        when = email.utils.parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    return min(max(when.timestamp() - time.time(), 0), 3_600)
