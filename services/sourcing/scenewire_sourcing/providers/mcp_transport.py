"""MCP over a child's standard streams or over HTTP, bounded in every direction.

What the SDK leaves open is closed here: the length of a line and of a body, compressed bodies, noise and floods.
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

from scenewire_sourcing.providers.server_process import MAX_ANSWER, ServerProcess

__all__ = ["Greeting", "IncompatibleError", "connect", "say"]

_MOST_NOISE: Final = 200
"""Lines without meaning that a server may write on its standard output."""

_MOST_MESSAGES: Final = 2_000
"""Messages, such as progress, that a server may send after one of ours."""

_REVISION: Final = re.compile(r"(?<=Unsupported protocol version from the server: )\S{1,40}")
"""What the SDK says of a server that answers an older greeting with a revision that nobody knows."""

Greeting = Literal["auto", "legacy"]

_Streams = tuple[ObjectReceiveStream[SessionMessage | Exception], ObjectSendStream[SessionMessage]]


class IncompatibleError(Exception):
    """A server cannot be talked to, now or later; the message says why."""


@asynccontextmanager
async def connect(
    place: ServerProcess | str, *, read_timeout: float, on_message: MessageHandlerFnT, greeting: Greeting = "auto"
) -> AsyncIterator[Client]:
    """A session with a server, begun and ended here.

    Args:
        place: a process, which is started and ended, or the address where a server listens.
        read_timeout: seconds that one answer may take.
        on_message: gets what the server says unasked.
        greeting: `auto` asks first for the newest revision of MCP, and then as older ones do; `legacy` does only the
            latter, for servers that cannot bear to be asked for what they do not know.

    Raises:
        IncompatibleError: it speaks another MCP.
    """
    options: dict[str, Any] = {
        "read_timeout_seconds": read_timeout, "message_handler": on_message, "mode": greeting, "cache": None,
    }  # fmt: skip
    async with AsyncExitStack() as stack:
        http: _BoundedHttp | None = None
        if isinstance(place, ServerProcess):
            client = Client(_speak(place), **options)
        else:
            http = _BoundedHttp()
            asking = httpx2.AsyncClient(
                transport=http,
                timeout=httpx2.Timeout(read_timeout),
                trust_env=False,  # a proxy of the environment would come with a transport that bounds nothing
                headers={"Accept-Encoding": "identity"},
            )
            await stack.enter_async_context(asking)
            client = Client(streamable_http_client(place, http_client=asking), **options)
        try:
            session = await stack.enter_async_context(client)
        except Exception as error:
            if reason := _incompatibility(_first_cause(error), http.refusal if http else 0):
                raise IncompatibleError(reason) from error
            raise
        yield session


def _incompatibility(error: BaseException, refusal: int) -> str:
    """What to tell people of a greeting that failed; empty if another one may succeed.

    Args:
        error: what it failed with.
        refusal: the status with which it was refused over HTTP, else 0.
    """
    theirs: list[str] = []
    if isinstance(error, MCPError) and error.error.code == UNSUPPORTED_PROTOCOL_VERSION:
        try:
            theirs = UnsupportedProtocolVersionErrorData.model_validate(error.error.data).supported
        except ValidationError:
            theirs = ["in a revision that it does not name"]
    elif isinstance(error, RuntimeError) and (found := _REVISION.search(str(error))):
        theirs = [found[0]]
    if theirs:
        *ours, newest = SUPPORTED_PROTOCOL_VERSIONS
        said = " ".join(", ".join(theirs)[:200].split())
        return f"it speaks MCP {said}; we speak {', '.join(ours)} and {newest}"
    if refusal in {httpx2.codes.NOT_FOUND, httpx2.codes.METHOD_NOT_ALLOWED}:
        return (
            f"it does not speak MCP's streamable HTTP ({refusal}); for the older HTTP with server-sent events put a "
            "gateway before it"
        )
    return ""


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

    refusal = 0
    """The status of the latest answer if that was a refusal, else 0."""

    @override
    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await super().handle_async_request(request)
        self.refusal = response.status_code if response.is_error else 0
        if response.headers.get("content-encoding", "identity") != "identity":
            await response.aclose()
            raise httpx2.ReadError("it sent a compressed answer")
        is_stream = response.headers.get("content-type", "").startswith("text/event-stream")
        if not is_stream and isinstance(response.stream, httpx2.AsyncByteStream):
            response.stream = _BoundedBody(response.stream)
        return response


def say(error: BaseException) -> str:
    """The first cause in a group, in a line."""
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
