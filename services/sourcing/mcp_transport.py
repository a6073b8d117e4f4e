"""MCP over a child's standard streams or over HTTP, bounded in every direction.

What the SDK leaves open is closed here: the length of a line and of a body, compressed bodies, noise and floods.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import anyio
import httpx2
from anyio.abc import ObjectReceiveStream, ObjectSendStream
from mcp import Client
from mcp.client.session import MessageHandlerFnT
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.message import SessionMessage
from mcp.types import jsonrpc_message_adapter
from typing_extensions import override

from services.sourcing.server_process import MAX_ANSWER, ServerProcess

__all__ = ["connect", "say"]

_MOST_NOISE: Final = 200
"""Lines without meaning that a server may write on its standard output."""

_MOST_MESSAGES: Final = 2_000
"""Messages, such as progress, that a server may send after one of ours."""

_Streams = tuple[ObjectReceiveStream[SessionMessage | Exception], ObjectSendStream[SessionMessage]]


@asynccontextmanager
async def connect(
    place: ServerProcess | str, *, read_timeout: float, on_message: MessageHandlerFnT
) -> AsyncIterator[Client]:
    """A session with a server, begun and ended here.

    Args:
        place: a process, which is started and ended, or the address where a server listens.
        read_timeout: seconds that one answer may take.
        on_message: gets what the server says unasked.
    """
    options: dict[str, Any] = {"read_timeout_seconds": read_timeout, "message_handler": on_message, "cache": None}
    if isinstance(place, ServerProcess):
        async with Client(_speak(place), **options) as client:
            yield client
        return
    async with (
        httpx2.AsyncClient(
            transport=_BoundedHttp(),
            timeout=httpx2.Timeout(read_timeout),
            trust_env=False,  # a proxy of the environment would come with a transport that bounds nothing
            headers={"Accept-Encoding": "identity"},
        ) as http,
        Client(streamable_http_client(place, http_client=http), **options) as client,
    ):
        yield client


@asynccontextmanager
async def _speak(process: ServerProcess) -> AsyncIterator[_Streams]:
    """A server process as an MCP transport. Unlike the SDK's own it bounds a line and survives noise quietly."""
    async with process.running():
        heard, incoming = anyio.create_memory_object_stream[SessionMessage | Exception](0)
        outgoing, spoken = anyio.create_memory_object_stream[SessionMessage](0)
        unasked = 0

        async def listen() -> None:
            nonlocal unasked
            noise = 0
            async with heard:
                async for line in process.lines():
                    unasked += 1
                    try:
                        message = jsonrpc_message_adapter.validate_json(line, by_name=False)
                    except ValueError:
                        noise += 1
                    else:
                        await heard.send(SessionMessage(message))
                    if noise > _MOST_NOISE or unasked > _MOST_MESSAGES:
                        process.problem = "it writes without end" if noise <= _MOST_NOISE else "it does not speak MCP"
                        return

        async def speak() -> None:
            nonlocal unasked
            async with spoken:
                async for message in spoken:
                    unasked = 0
                    try:
                        await process.send(message.message.model_dump_json(by_alias=True, exclude_unset=True).encode())
                    except ConnectionError:
                        return  # it ended: listen() sees that too

        async with heard, incoming, outgoing, spoken, anyio.create_task_group() as tasks:
            tasks.start_soon(listen)
            tasks.start_soon(speak)
            try:
                yield incoming, outgoing
            finally:
                tasks.cancel_scope.cancel()


class _BoundedBody(httpx2.AsyncByteStream):
    """A response body that ends in an error when it is too long."""

    def __init__(self, body: httpx2.AsyncByteStream) -> None:
        self._body = body

    @override
    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for chunk in self._body:
            size += len(chunk)
            if size > MAX_ANSWER:
                message = f"it sent an answer of more than {MAX_ANSWER >> 20} MiB"
                raise httpx2.ReadError(message)
            yield chunk

    @override
    async def aclose(self) -> None:
        await self._body.aclose()


class _BoundedHttp(httpx2.AsyncHTTPTransport):
    """Bounds every answer; the SDK itself bounds the events of a stream, which may go on for as long as it likes.

    A compressed answer could grow a thousandfold after it was counted: none was asked for, and none is read.
    """

    @override
    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await super().handle_async_request(request)
        if response.headers.get("content-encoding", "identity") != "identity":
            await response.aclose()
            raise httpx2.ReadError("it sent a compressed answer")
        is_stream = response.headers.get("content-type", "").startswith("text/event-stream")
        if not is_stream and isinstance(response.stream, httpx2.AsyncByteStream):
            response.stream = _BoundedBody(response.stream)
        return response


def say(error: BaseException) -> str:
    """The first cause in a group, in a line."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if isinstance(error, (OSError, httpx2.TransportError)):
        return f"it cannot be reached: {getattr(error, 'strerror', None) or error}"
    return f"{type(error).__name__}: {' '.join(str(error).split())[:200]}" if str(error) else type(error).__name__
