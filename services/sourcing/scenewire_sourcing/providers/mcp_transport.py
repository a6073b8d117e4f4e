"""MCP over a child's standard streams or over HTTP, with limits in every direction.

Adds the limits that the SDK lacks: length of lines and bodies, compressed bodies, noise and floods.
"""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Final, Literal

import anyio
import httpx2
from anyio.abc import ObjectReceiveStream, ObjectSendStream
from mcp import Client, MCPError
from mcp.client.session import MessageHandlerFnT
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.message import SessionMessage
from mcp.types import UNSUPPORTED_PROTOCOL_VERSION, UnsupportedProtocolVersionErrorData, jsonrpc_message_adapter
from mcp.types.version import SUPPORTED_PROTOCOL_VERSIONS
from pydantic import ValidationError
from typing_extensions import override

from scenewire_sourcing.providers.server_process import MAX_ANSWER_BYTES, ServerProcess

__all__ = ["Handshake", "IncompatibleError", "connect", "describe_error"]

_MAX_NOISE_LINES: Final = 200
"""Lines on standard output that are not MCP."""

_MAX_UNSOLICITED: Final = 2_000
"""Messages, such as progress, between two of our requests."""

_REVISION: Final = re.compile(r"(?<=Unsupported protocol version from the server: )\S{1,40}")
"""The SDK's error for a server that answers the older handshake with an unknown revision."""

Handshake = Literal["auto", "legacy"]

_Streams = tuple[ObjectReceiveStream[SessionMessage | Exception], ObjectSendStream[SessionMessage]]


class IncompatibleError(Exception):
    """A server is not compatible, now or later; the message says why."""


@asynccontextmanager
async def connect(
    server: ServerProcess | str,
    *,
    read_timeout_s: float,
    on_message: MessageHandlerFnT,
    handshake: Handshake = "auto",
    max_answer_bytes: int = MAX_ANSWER_BYTES,
) -> AsyncIterator[Client]:
    """Opens a session with a server and closes it at the end of the block.

    Args:
        server: a process to start and end, or the URL where a server listens.
        read_timeout_s: limit for one answer.
        on_message: receives the messages that the server sends on its own.
        handshake: `auto` asks for the newest revision of MCP first and falls back to the older handshake; `legacy`
            uses only the older one, for servers that fail on unknown requests.
        max_answer_bytes: limit for one answer over HTTP; a process has its own.

    Raises:
        IncompatibleError: the server supports no common revision of MCP.
    """
    options: dict[str, Any] = {
        "read_timeout_seconds": read_timeout_s, "message_handler": on_message, "mode": handshake, "cache": None,
    }  # fmt: skip
    async with AsyncExitStack() as stack:
        http: _BoundedHttp | None = None
        if isinstance(server, ServerProcess):
            client = Client(_open_streams(server), **options)
        else:
            http = _BoundedHttp(max_answer_bytes)
            http_client = httpx2.AsyncClient(
                transport=http,
                timeout=httpx2.Timeout(read_timeout_s),
                trust_env=False,  # a proxy from the environment would bring a transport without limits
                headers={"Accept-Encoding": "identity"},
            )
            await stack.enter_async_context(http_client)
            client = Client(streamable_http_client(server, http_client=http_client), **options)
        try:
            session = await stack.enter_async_context(client)
        except Exception as error:
            if reason := _incompatibility(_first_cause(error), http.refusal if http else 0):
                raise IncompatibleError(reason) from error
            raise
        yield session


def _incompatibility(error: BaseException, refusal: int) -> str:
    """Explains a failed handshake; returns an empty string if another handshake may succeed.

    Args:
        error: the error of the handshake.
        refusal: the HTTP status that refused it, else 0.
    """
    theirs: list[str] = []
    if isinstance(error, MCPError) and error.error.code == UNSUPPORTED_PROTOCOL_VERSION:
        try:
            theirs = UnsupportedProtocolVersionErrorData.model_validate(error.error.data).supported
        except ValidationError:
            theirs = ["in an unnamed revision"]
    elif isinstance(error, RuntimeError) and (found := _REVISION.search(str(error))):
        theirs = [found[0]]
    if theirs:
        *ours, newest = SUPPORTED_PROTOCOL_VERSIONS
        revisions = " ".join(", ".join(theirs)[:200].split())
        return f"it speaks MCP {revisions}; scenewire speaks {', '.join(ours)} and {newest}"
    if refusal in {httpx2.codes.NOT_FOUND, httpx2.codes.METHOD_NOT_ALLOWED}:
        return (
            f"it does not speak MCP's streamable HTTP ({refusal}); put a gateway in front of servers that use the "
            "older HTTP with server-sent events"
        )
    return ""


@asynccontextmanager
async def _open_streams(process: ServerProcess) -> AsyncIterator[_Streams]:
    """Connects a server process as an MCP transport; unlike the SDK's own, limits lines and skips noise."""
    async with process.running():
        received, incoming = anyio.create_memory_object_stream[SessionMessage | Exception](0)
        outgoing, sent = anyio.create_memory_object_stream[SessionMessage](0)
        unsolicited = 0

        async def receive() -> None:
            nonlocal unsolicited
            noise = 0
            async with received:
                async for line in process.lines():
                    unsolicited += 1
                    try:
                        message = jsonrpc_message_adapter.validate_json(line, by_name=False)
                    except ValueError:
                        noise += 1
                    else:
                        await received.send(SessionMessage(message))
                    if noise > _MAX_NOISE_LINES or unsolicited > _MAX_UNSOLICITED:
                        process.problem = (
                            "it sends messages without end" if noise <= _MAX_NOISE_LINES else "it does not speak MCP"
                        )
                        return

        async def send() -> None:
            nonlocal unsolicited
            async with sent:
                async for message in sent:
                    unsolicited = 0
                    try:
                        await process.send(message.message.model_dump_json(by_alias=True, exclude_unset=True).encode())
                    except ConnectionError:
                        return  # it ended: receive() sees that too

        async with received, incoming, outgoing, sent, anyio.create_task_group() as tasks:
            tasks.start_soon(receive)
            tasks.start_soon(send)
            try:
                yield incoming, outgoing
            finally:
                tasks.cancel_scope.cancel()


class _BoundedBody(httpx2.AsyncByteStream):
    """A response body that raises an error when it is too long."""

    def __init__(self, body: httpx2.AsyncByteStream, max_bytes: int) -> None:
        self._body = body
        self._max_bytes = max_bytes

    @override
    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for chunk in self._body:
            size += len(chunk)
            if size > self._max_bytes:
                message = f"it sent an answer of more than {self._max_bytes >> 20} MiB"
                raise httpx2.ReadError(message)
            yield chunk

    @override
    async def aclose(self) -> None:
        await self._body.aclose()


class _BoundedHttp(httpx2.AsyncHTTPTransport):
    """Limits every answer; the SDK itself limits the events of a stream, which may be of any length.

    A compressed answer could grow a thousandfold after it was counted: none is requested, and none is read.
    """

    refusal = 0
    """Status of the latest answer if that was an error, else 0."""

    def __init__(self, max_answer_bytes: int) -> None:
        super().__init__()
        self._max_answer_bytes = max_answer_bytes

    @override
    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await super().handle_async_request(request)
        self.refusal = response.status_code if response.is_error else 0
        if response.headers.get("content-encoding", "identity") != "identity":
            await response.aclose()
            raise httpx2.ReadError("it sent a compressed answer")
        is_stream = response.headers.get("content-type", "").startswith("text/event-stream")
        if not is_stream and isinstance(response.stream, httpx2.AsyncByteStream):
            response.stream = _BoundedBody(response.stream, self._max_answer_bytes)
        return response


def describe_error(error: BaseException) -> str:
    """Describes the first cause in an exception group on one line."""
    error = _first_cause(error)
    if isinstance(error, IncompatibleError):
        return str(error)
    if isinstance(error, (OSError, httpx2.TransportError)):
        return f"it cannot be reached: {getattr(error, 'strerror', None) or error}"
    return f"{type(error).__name__}: {' '.join(str(error).split())[:200]}" if str(error) else type(error).__name__


def _first_cause(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
