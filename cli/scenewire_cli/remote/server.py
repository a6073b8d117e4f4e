"""Requests to the gateway of a server."""

import asyncio
import hashlib
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import quote, urlsplit
from uuid import UUID

import httpx2

from scenewire.errors import FailureCode, PermanentError, PipelineError, TransientError
from scenewire.messages import ArtifactRef, ScriptRequested
from scenewire_cli.remote.options import ServerAddress

__all__ = ["Server", "ServerEvent", "connected_server", "http_client"]

_TIMEOUT: Final = httpx2.Timeout(30.0, write=120.0)
_EVENTS_TIMEOUT: Final = httpx2.Timeout(30.0, read=60.0)
"""An event stream has a comment more often than once a minute."""

_FIRST_RETRY_S: Final = 0.5
_MAX_RETRY_S: Final = 10.0
_GIVE_UP_S: Final = 300.0
"""How long a lost connection is tried again."""

_THIS_HOST: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_CHUNK_BYTES: Final = 1 << 20
_FIRST_SERVER_ERROR: Final = 500
_TOO_MANY: Final = 429
_NO_ACCESS: Final = frozenset({401, 403})


_Answer = TypeVar("_Answer")


@dataclass(frozen=True)
class ServerEvent:
    """An event of a project.

    Attributes:
        kind: such as `segment`; docs/gateway.md lists them.
        fields: of the event.
    """

    kind: str
    fields: Mapping[str, Any]


class _Patience:
    """Waits for a server that does not answer, longer each time, up to a limit.

    Args:
        url: the server.
        on_trouble: called at the first wait.
    """

    def __init__(self, url: str, on_trouble: Callable[[str], None]) -> None:
        self._url = url
        self._on_trouble = on_trouble
        self.reset()

    def reset(self) -> None:
        """The server has answered."""
        self._lost_at: float | None = None
        self._pause_s = _FIRST_RETRY_S

    async def wait(self, reason: str) -> None:
        """Waits before the next try.

        Raises:
            TransientError: `bus_unavailable`, it has taken too long.
        """
        now = time.monotonic()
        if self._lost_at is None:
            self._lost_at = now
            self._on_trouble(f"{reason}; trying again")
        elif now - self._lost_at > _GIVE_UP_S:
            raise TransientError(
                FailureCode.BUS_UNAVAILABLE,
                f"{self._url} has not answered for {_GIVE_UP_S / 60:g} minutes: {reason}",
                hint="its projects go on; run the same command again later",
            )
        await asyncio.sleep(self._pause_s)
        self._pause_s = min(2 * self._pause_s, _MAX_RETRY_S)


class Server:
    """Asks a gateway.

    Args:
        address: where it is.
        http: a client with the token.
    """

    def __init__(self, address: ServerAddress, http: httpx2.AsyncClient) -> None:
        self.address: Final = address
        self._http = http

    async def get(self, path: str, **parameters: str | int) -> dict[str, Any]:
        """Returns what is at a path.

        Raises:
            PipelineError: the server refuses, or does not answer.
        """
        return await self._ask("GET", path, params=parameters)

    async def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Sends a JSON object; returns the answer.

        Raises:
            PipelineError: the server refuses, or does not answer.
        """
        return await self._ask("POST", path, json=body)

    async def project(self, text: str) -> dict[str, Any]:
        """Returns the project whose id, or its beginning, somebody has given.

        Raises:
            PipelineError: there is no such project, or several; or the server does not answer.
        """
        return await self.get(f"/v1/projects/{_part(text)}")

    async def find(self, project_id: UUID) -> dict[str, Any] | None:
        """Returns a project; None if there is none."""
        try:
            return await self.project(str(project_id))
        except PermanentError as error:
            if error.code is FailureCode.NOT_ON_RECORD:
                return None
            raise

    async def order(self, order: ScriptRequested, project_id: UUID) -> dict[str, Any]:
        """Orders a video; returns its project once the order is stored. A repetition is the same project.

        Raises:
            PipelineError: the server refuses, or does not answer.
        """
        fields = order.model_dump(mode="json", exclude_defaults=True) | {"project_id": str(project_id)}
        return await self.post("/v1/projects", fields)

    async def messages_after(self, project_id: UUID, sequence: int) -> list[dict[str, Any]]:
        """Returns the next messages of a project in the stream of the server; empty at its end.

        Raises:
            PipelineError: the server refuses, or does not answer.
        """
        answer = await self.get(f"/v1/projects/{project_id}/messages", after=sequence)
        return list(answer["messages"])

    async def add(self, path: Path, media_type: str) -> ArtifactRef:
        """Uploads a file, as a store takes it in.

        Args:
            path: the file.
            media_type: follows from its suffix, which the server reads, too.

        Raises:
            PipelineError: the server refuses, or does not answer.
        """
        size = (await asyncio.to_thread(path.stat)).st_size
        headers = {"Content-Length": str(size), "Content-Type": media_type}
        answer = await self._ask(
            "POST", "/v1/uploads", params={"name": f"file{path.suffix}"}, content=_chunks(path), headers=headers
        )
        return ArtifactRef.model_validate(answer["file"])

    async def download(self, path: str, ref: ArtifactRef, target: Path) -> None:
        """Writes a file of the server, after checking size and hash.

        Raises:
            PermanentError: `artifact_corrupt`; `storage_unavailable`, the file cannot be written; or the server refuses.
            TransientError: the server does not answer.
        """
        part, digest = target.with_name(f".{target.name}.part"), hashlib.sha256()
        try:
            with part.open("wb") as file, self._failures():
                async with self._http.stream("GET", path) as answer:
                    await _require_success(answer)
                    async for chunk in answer.aiter_bytes(_CHUNK_BYTES):
                        digest.update(chunk)
                        await asyncio.to_thread(file.write, chunk)
            if digest.hexdigest() != ref.sha256:
                message = f"{target.name} did not arrive whole"
                raise PermanentError(FailureCode.ARTIFACT_CORRUPT, message, hint="run the same command again")
            part.replace(target)
        except OSError as error:
            raise PermanentError(
                FailureCode.STORAGE_UNAVAILABLE,
                f"cannot write {target}: {error.strerror}",
                hint="choose another folder with --out and run the command again; the server keeps the video",
            ) from error
        finally:
            part.unlink(missing_ok=True)

    async def events(self, project_id: UUID, *, on_trouble: Callable[[str], None]) -> AsyncIterator[ServerEvent]:
        """Yields the present state of a project, then what happens to it. Comes back after a lost connection.

        Args:
            project_id: the project.
            on_trouble: called when the connection is lost.

        Raises:
            PermanentError: the server refuses.
            TransientError: `bus_unavailable`, the server has not answered for five minutes.
        """
        last: str | None = None
        patience = _Patience(self.address.url, on_trouble)
        while True:
            headers = {} if last is None else {"Last-Event-ID": last}
            try:
                with self._failures():
                    async with self._http.sse(
                        f"/v1/projects/{project_id}/events",
                        headers=headers,
                        timeout=_EVENTS_TIMEOUT,
                        max_event_size=None,
                    ) as stream:
                        await _require_success(stream.response)
                        async for event in stream:
                            last = event.id or last
                            patience.reset()
                            yield ServerEvent(event.event, json.loads(event.data))
                reason = f"{self.address.url} has closed the connection"
            except TransientError as error:
                reason = error.message
            await patience.wait(reason)

    async def persistently(
        self, request: Callable[[], Awaitable[_Answer]], *, on_trouble: Callable[[str], None]
    ) -> _Answer:
        """Repeats a request until the server answers, for five minutes.

        Args:
            request: may be repeated.
            on_trouble: called when there is no answer.

        Raises:
            PermanentError: the server refuses.
            TransientError: `bus_unavailable`, the server has not answered for five minutes.
        """
        patience = _Patience(self.address.url, on_trouble)
        while True:
            try:
                return await request()
            except TransientError as error:
                await patience.wait(error.message)

    async def _ask(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        with self._failures():
            async with self._http.stream(method, path, **request) as answer:
                await _require_success(answer)
                body = await answer.aread()
        try:
            return dict(json.loads(body))
        except ValueError as error:
            raise self._unknown() from error

    @contextmanager
    def _failures(self) -> Iterator[None]:
        try:
            yield
        except httpx2.HTTPError as error:
            raise TransientError(
                FailureCode.BUS_UNAVAILABLE,
                f"{self.address.url} does not answer: {str(error) or type(error).__name__}",
                hint="check --server (or SCENEWIRE_SERVER), and that `scenewire up` or the gateway runs there",
            ) from None  # its request holds the token

    def _unknown(self) -> PermanentError:
        message = f"what answers at {self.address.url} is not a gateway of scenewire"
        return PermanentError(FailureCode.INVALID_SETTINGS, message, hint="check --server (or SCENEWIRE_SERVER)")


def http_client(address: ServerAddress, *, timeout: httpx2.Timeout = _TIMEOUT) -> httpx2.AsyncClient:
    """Returns a client that sends the token of a server to this server, and follows it nowhere else."""
    headers = {"User-Agent": "scenewire"}
    if address.token is not None:
        headers["Authorization"] = f"Bearer {address.token}"
    return httpx2.AsyncClient(
        base_url=address.url,
        headers=headers,
        timeout=timeout,
        follow_redirects=False,
        trust_env=urlsplit(address.url).hostname not in _THIS_HOST,  # no proxy reaches it
    )


@asynccontextmanager
async def connected_server(address: ServerAddress) -> AsyncIterator[Server]:
    """Keeps connections to a server for as long as the block runs."""
    async with http_client(address) as http:
        yield Server(address, http)


async def _require_success(answer: httpx2.Response) -> None:
    """Raises the error that a problem document describes.

    Raises:
        PipelineError: the request was refused.
    """
    if answer.is_success:
        return
    try:
        problem = dict(json.loads(await answer.aread()))
    except (ValueError, TypeError):
        problem = {}
    code, message = str(problem.get("code", "")), str(problem.get("detail") or f"HTTP status {answer.status_code}")
    hint = str(problem.get("hint", ""))
    if answer.status_code in _NO_ACCESS:
        raise PermanentError(
            FailureCode.INVALID_SETTINGS, f"{answer.url.host}: {message}", hint=_access_hint(code, hint)
        )
    is_transient = answer.status_code >= _FIRST_SERVER_ERROR or answer.status_code == _TOO_MANY
    known = FailureCode(code) if code in set(FailureCode) else FailureCode.BUS_UNAVAILABLE
    kind: type[PipelineError] = TransientError if is_transient else PermanentError
    raise kind(known, message, hint=hint)


def _access_hint(code: str, hint: str) -> str:
    if code in ("no_token", "invalid_token", "expired_token"):
        return "name a file with the token of an API key by --token-file (or SCENEWIRE_TOKEN_FILE)"
    return hint


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    file = await asyncio.to_thread(path.open, "rb")
    with file:
        while chunk := await asyncio.to_thread(file.read, _CHUNK_BYTES):
            yield chunk


def _part(text: str) -> str:
    """Returns a part of a path that holds nothing but what somebody wrote."""
    return quote(text, safe="")
