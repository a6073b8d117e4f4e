"""Footage through MCP: one supervised session per server, started at first use and kept over scenes.

A session belongs to one task from beginning to end; scenes hand it their questions through a queue. A server that
dies is started again; one that fails three times in a row is left alone for a minute, so that an outage costs a film
a minute at most. Tool names are ours and fixed; nothing a server says about itself is believed or acted upon.
"""

import asyncio
import hashlib
import json
import math
from asyncio import Future
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import anyio
import httpx2
import structlog
from anyio.abc import ObjectReceiveStream, ObjectSendStream
from mcp import Client, MCPError
from mcp.client.stdio import get_default_environment
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.message import SessionMessage
from mcp.types import (
    CONNECTION_CLOSED,
    REQUEST_TIMEOUT,
    CallToolRequest,
    CallToolRequestParams,
    CallToolResult,
    TextContent,
    jsonrpc_message_adapter,
)
from pydantic import ValidationError
from typing_extensions import override

from services.sourcing.candidates import GET_TOOL, SEARCH_TOOL, FootageFile, FoundFootage
from services.sourcing.server_process import MAX_ANSWER, ServerProcess
from services.sourcing.settings import FootageServer
from services.sourcing.source import Fetched, FootageSource, FootageUnavailableError

__all__ = ["McpSource"]

_FAILURES_BEFORE_REST: Final = 3
_MOST_NOISE: Final = 200
"""Lines without meaning that a server may write on its standard output."""

_MOST_MESSAGES: Final = 2_000
"""Messages, such as progress, that a server may send after one of ours."""

log = structlog.get_logger(__name__)

_Streams = tuple[ObjectReceiveStream[SessionMessage | Exception], ObjectSendStream[SessionMessage]]


@dataclass
class _Question:
    """A tool call that somebody waits for."""

    tool: str
    arguments: dict[str, Any]
    answer: "Future[dict[str, Any]]"
    tries: int = 0

    def fail(self, reason: str) -> None:
        if not self.answer.done():
            self.answer.set_exception(FootageUnavailableError(reason))


class McpSource(FootageSource):
    """A footage server that speaks MCP.

    Args:
        server: how it is reached.
        timeout: seconds it may take to start or to answer.
        pause: seconds before it is started again after its first failure; longer after more.
        rest: seconds it is left alone after three failures in a row.
    """

    def __init__(self, server: FootageServer, *, timeout: float, pause: float = 0.2, rest: float = 60) -> None:
        self._server = server
        self._timeout = timeout
        self._pause = pause
        self._rest = rest
        self._questions: asyncio.Queue[_Question] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self._scope: anyio.CancelScope | None = None
        self._asking: _Question | None = None
        self._failures = 0
        self._resting_until = -math.inf

    @property
    @override
    def name(self) -> str:
        return self._server.name

    @property
    @override
    def identity(self) -> str:
        # Without what differs between hosts: where programs and folders lie.
        reached = [self.name, self._server.url, *(self._server.command or ())[1:]]
        return hashlib.sha256(json.dumps(reached).encode()).hexdigest()

    @override
    async def search(self, query: str, limit: int) -> list[FoundFootage]:
        answer = await self._ask(SEARCH_TOOL, {"query": query, "limit": limit})
        results = answer.get("results")
        if not isinstance(results, list):
            raise FootageUnavailableError("its answer holds no list of results")
        found: list[FoundFootage] = []
        for result in results[:limit]:
            try:
                found.append(FoundFootage.model_validate(result))
            except ValidationError as error:
                log.warning("footage_result_invalid", server=self.name, error=str(error.errors(include_input=False)))
        return found

    @override
    async def fetch(self, footage_id: str) -> Fetched:
        answer = await self._ask(GET_TOOL, {"id": footage_id})
        try:
            footage = FootageFile.model_validate(answer)
        except ValidationError as error:
            raise FootageUnavailableError("its answer names no file") from error
        return Fetched(await asyncio.to_thread(self._accept, footage.path), footage)

    @override
    async def aclose(self) -> None:
        if self._task is not None and self._scope is not None:
            self._scope.cancel()
            await self._task

    def _accept(self, named: str) -> Path:
        """The file a server named, if it really lies where that server's files belong."""
        if self._server.root is None:
            raise FootageUnavailableError("it names a local file, but no root folder is configured for it")
        try:
            root, path = self._server.root.resolve(strict=True), Path(named).resolve(strict=True)
            inside = Path(named).is_absolute() and path.is_relative_to(root) and path.is_file()
        except (OSError, ValueError, RuntimeError) as error:
            raise FootageUnavailableError("it names a file that is not there") from error
        if not inside:
            raise FootageUnavailableError("it names a file outside its folder")
        return path

    # --- asking -----------------------------------------------------------------------------------

    async def _ask(self, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
        question = _Question(tool, arguments, asyncio.get_running_loop().create_future())
        self._questions.put_nowait(question)
        if self._task is None or self._task.done():
            self._scope = anyio.CancelScope()
            self._task = asyncio.create_task(self._supervise(self._scope), name=f"footage server {self.name}")
        return await question.answer

    async def _supervise(self, scope: anyio.CancelScope) -> None:
        try:
            with scope:
                while True:
                    self._asking = self._asking or await self._questions.get()
                    if self._asking.answer.done():  # nobody waits any more
                        self._asking = None
                    elif (left := self._resting_until - anyio.current_time()) > 0:
                        self._give_up(f"it failed {self._failures} times and is left alone for another {left:.0f} s")
                    else:
                        await self._hold_session()
        finally:
            self._give_up("we are stopping")
            while not self._questions.empty():
                self._questions.get_nowait().fail("we are stopping")

    async def _hold_session(self) -> None:
        """Runs one session until it fails. The question in hand is then given up, or kept for the next session."""
        if self._failures:
            await anyio.sleep(min(self._pause * 5 ** (self._failures - 1), 5))
        process = self._new_process()
        reason = ""
        with anyio.CancelScope() as watchdog:
            watchdog.deadline = anyio.current_time() + self._timeout
            try:
                async with self._client(process) as client:
                    while True:
                        watchdog.deadline = anyio.current_time() + self._timeout
                        await self._put(client, self._asking)
                        self._failures, self._asking = 0, None
                        watchdog.deadline = math.inf
                        self._asking = await self._questions.get()
            except Exception as error:  # noqa: BLE001 - the SDK raises whatever a bad stream or result led to
                reason = _say(error)
        self._failures += 1
        if self._failures >= _FAILURES_BEFORE_REST:
            self._resting_until = anyio.current_time() + self._rest
        if watchdog.cancel_called:
            reason = f"it did not answer within {self._timeout:g} s"
        elif process is not None and process.problem:
            reason = process.problem
        log.warning("footage_server_failed", server=self.name, failures=self._failures, reason=reason)
        asked = self._asking
        if asked is not None:
            asked.tries += 1
            if watchdog.cancel_called or asked.tries > 1:  # a crash may have been chance; a hang costs too much
                self._give_up(reason)

    def _give_up(self, reason: str) -> None:
        if self._asking is not None:
            self._asking.fail(reason)
            self._asking = None

    async def _put(self, client: Client, question: _Question | None) -> None:
        """Puts a question. Raises when the session is of no use any more; other failures belong to the question."""
        if question is None or question.answer.done():
            return
        request = CallToolRequest(params=CallToolRequestParams(name=question.tool, arguments=question.arguments))
        try:
            # Below Client.call_tool: that one also compiles and runs the JSON schema that the server gives for its
            # answers, which a hostile one can make to take for ever. Our own models check the answer.
            result = await client.session.send_request(request, CallToolResult)
        except MCPError as error:
            if error.error.code in (CONNECTION_CLOSED, REQUEST_TIMEOUT):
                raise
            question.fail(f"it refused: {error.error.message[:200]}")
            return
        except ValidationError:
            question.fail("its answer is not valid MCP")
            return
        try:
            answer = _payload(result)
        except FootageUnavailableError as error:
            question.fail(str(error))
        else:
            if not question.answer.done():
                question.answer.set_result(answer)

    # --- transports -------------------------------------------------------------------------------

    def _new_process(self) -> ServerProcess | None:
        if self._server.command is None:
            return None
        env = get_default_environment() | {name: value.get_secret_value() for name, value in self._server.env.items()}
        return ServerProcess(self.name, self._server.command, env)

    @asynccontextmanager
    async def _client(self, process: ServerProcess | None) -> AsyncIterator[Client]:
        if process is not None:
            async with Client(_speak(process), read_timeout_seconds=self._timeout, cache=None) as client:
                yield client
            return
        async with (
            httpx2.AsyncClient(transport=_BoundedHttp(), timeout=httpx2.Timeout(self._timeout)) as http,
            Client(
                streamable_http_client(self._server.url or "", http_client=http),
                read_timeout_seconds=self._timeout,
                cache=None,
            ) as client,
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
    """Bounds every answer; the SDK itself bounds the events of a stream, which may go on for as long as it likes."""

    @override
    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await super().handle_async_request(request)
        is_stream = response.headers.get("content-type", "").startswith("text/event-stream")
        if not is_stream and isinstance(response.stream, httpx2.AsyncByteStream):
            response.stream = _BoundedBody(response.stream)
        return response


def _payload(result: CallToolResult) -> dict[str, Any]:
    """The object that a tool returned: structured, or as JSON text, which is what older servers do."""
    texts = [content.text for content in result.content if isinstance(content, TextContent)]
    if result.is_error:
        raise FootageUnavailableError(f"it says: {' '.join(' '.join(texts).split())[:300] or 'nothing but error'}")
    if isinstance(result.structured_content, dict):
        return result.structured_content
    try:
        answer = json.loads(texts[0]) if texts else None
    except (ValueError, RecursionError) as error:
        raise FootageUnavailableError("its answer is not JSON") from error
    if not isinstance(answer, dict):
        raise FootageUnavailableError("its answer is no JSON object")
    return answer


def _say(error: BaseException) -> str:
    """The first cause in a group, in a line."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if isinstance(error, (OSError, httpx2.TransportError)):
        return f"it cannot be reached: {getattr(error, 'strerror', None) or error}"
    return f"{type(error).__name__}: {' '.join(str(error).split())[:200]}" if str(error) else type(error).__name__
