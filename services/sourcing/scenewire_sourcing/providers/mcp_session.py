"""Keeps one supervised MCP session per footage server, started at first use and shared by all scenes.

A session belongs to one task from beginning to end; callers hand it tool calls through a queue. A server that dies is
restarted. After three failures in a row it enters a cooldown of a minute, so that an outage costs a video a minute at
most. Nothing a server reports about itself is trusted or acted upon, except that tools which differ from the pinned
ones end its use.
"""

import asyncio
import hashlib
import json
import math
import time
from asyncio import Future
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from contextvars import Context
from dataclasses import dataclass
from typing import Any, Final

import anyio
import structlog
from mcp import Client, MCPError
from mcp.types import (
    CONNECTION_CLOSED,
    REQUEST_TIMEOUT,
    BlobResourceContents,
    CallToolRequest,
    CallToolRequestParams,
    CallToolResult,
    ContentBlock,
    EmbeddedResource,
    ImageContent,
    ListToolsRequest,
    ListToolsResult,
    PaginatedRequestParams,
    ResourceLink,
    TextContent,
    Tool,
    ToolListChangedNotification,
)
from pydantic import ValidationError

from scenewire.processes.run import child_environment
from scenewire_sourcing.metrics import FootageMetrics, footage_metrics
from scenewire_sourcing.providers.base import FootageUnavailableError
from scenewire_sourcing.providers.mcp_transport import Handshake, connect, describe_error
from scenewire_sourcing.providers.server_config import FootageServer
from scenewire_sourcing.providers.server_process import ServerProcess
from scenewire_sourcing.url_words import words_of_url

__all__ = ["McpSession", "ToolResult", "tool_hash"]

_FAILURES_BEFORE_COOLDOWN: Final = 3
_MAX_RETRY_DELAY_S: Final = 5.0
_MAX_TOOL_PAGES: Final = 10

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class ToolResult:
    """The result of a tool call, as sent."""

    structured: object
    """Structured content; None when there is none."""
    texts: Sequence[str]
    contents: Sequence[Mapping[str, Any]] = ()
    """Links to resources, embedded resources and pictures, with the names of our fields."""


@dataclass
class _Call:
    """A tool call that a caller waits for."""

    tool: str
    arguments: dict[str, Any]
    result: "Future[ToolResult]"
    tries: int = 0

    def fail(self, reason: str) -> None:
        if not self.result.done():
            self.result.set_exception(FootageUnavailableError(reason))


def tool_hash(tool: Tool) -> str:
    """Returns the SHA-256 over what a server declares about a tool: name, description, schemas."""
    declared = [tool.name, tool.description, tool.input_schema, tool.output_schema]
    return hashlib.sha256(json.dumps(declared, sort_keys=True).encode()).hexdigest()


def _described(content: ContentBlock) -> dict[str, Any]:
    """Returns a link to a resource, an embedded resource or a picture; nothing for other content."""
    match content:
        case ResourceLink():
            title = content.title or content.name
            return {
                "id": content.uri,
                "url": content.uri,
                "title": title,
                "kind": content.mime_type,
                "size": content.size,
            }
        case ImageContent():
            return {"id": _digest(content.data), "data": content.data, "kind": content.mime_type}
        case EmbeddedResource(resource=BlobResourceContents() as resource):
            title = words_of_url(resource.uri)
            return {"id": resource.uri, "data": resource.blob, "title": title, "kind": resource.mime_type}
        case _:
            return {}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class McpSession:
    """A supervised MCP session.

    Args:
        server: how to start or reach the server.
        timeout_s: limit for a start and for each call.
        retry_delay_s: delay before a restart after the first failure; grows with each further failure.
        cooldown_s: time without calls after three failures in a row.
        metrics: counts failures; defaults to the process-wide metrics.
    """

    def __init__(
        self,
        server: FootageServer,
        *,
        timeout_s: float,
        retry_delay_s: float = 0.2,
        cooldown_s: float = 60,
        metrics: FootageMetrics | None = None,
    ) -> None:
        self._server = server
        self._timeout_s = timeout_s
        self._retry_delay_s = retry_delay_s
        self._cooldown_s = cooldown_s
        self._calls: asyncio.Queue[_Call] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self._scope: anyio.CancelScope | None = None
        self._current: _Call | None = None
        self._failures = 0
        self._cooldown_until = -math.inf
        self._cooldown_reason = ""
        self._approved = False
        self._handshake: Handshake = "auto"
        self._metrics = metrics or footage_metrics()
        self._metrics.watch(server.name, lambda: self._cooldown_left_s() > 0)

    async def call(self, tool: str, arguments: dict[str, Any]) -> ToolResult:
        """Calls a tool; starts the session if none is running.

        Raises:
            FootageUnavailableError: the call failed, timed out or the server is in cooldown.
        """
        call = _Call(tool, arguments, asyncio.get_running_loop().create_future())
        self._calls.put_nowait(call)
        if self._task is None or self._task.done():
            self._scope = anyio.CancelScope()
            self._task = asyncio.create_task(
                self._supervise(self._scope),
                name=f"footage server {self._server.name}",
                context=Context(),  # it outlives the caller, whose project and trace it has nothing to do with
            )
        return await call.result

    async def aclose(self) -> None:
        """Ends the session; pending calls fail."""
        if self._task is not None and self._scope is not None:
            self._scope.cancel()
            await self._task

    # --- supervision ------------------------------------------------------------------------------

    def _cooldown_left_s(self) -> float:
        """Returns the rest of the cooldown; 0 or less when the server may be called."""
        return self._cooldown_until - time.monotonic()

    async def _supervise(self, scope: anyio.CancelScope) -> None:
        try:
            with scope:
                while True:
                    self._current = self._current or await self._calls.get()
                    if self._current.result.done():  # the caller was cancelled
                        self._current = None
                    elif (left := self._cooldown_left_s()) > 0:
                        self._fail_current(f"{self._cooldown_reason} and is in cooldown for another {left:.0f} s")
                    else:
                        await self._run_session()
        finally:
            self._fail_current("the worker is stopping")
            while not self._calls.empty():
                self._calls.get_nowait().fail("the worker is stopping")

    async def _run_session(self) -> None:
        """Runs one session until it fails. The current call then fails too, or is kept for the next session."""
        if self._failures:
            await anyio.sleep(min(self._retry_delay_s * 5 ** (self._failures - 1), _MAX_RETRY_DELAY_S))
        process = self._new_process()
        reason = rejected = ""
        connected = False
        with anyio.CancelScope() as watchdog:
            watchdog.deadline = anyio.current_time() + self._timeout_s
            try:
                async with self._connect(process) as client:
                    connected = True
                    rejected = await self._serve_calls(client, watchdog)
            except Exception as error:  # noqa: BLE001 - the SDK raises whatever a bad stream or result led to
                reason = describe_error(error)
        if not connected:  # the server may not have accepted this handshake
            self._handshake = "legacy" if self._handshake == "auto" else "auto"
        self._failures += 1
        self._metrics.failures.labels(self._server.name).inc()
        if rejected or self._failures >= _FAILURES_BEFORE_COOLDOWN:
            self._cooldown_until = time.monotonic() + self._cooldown_s
            self._cooldown_reason = rejected or f"it failed {self._failures} times"
        if watchdog.cancel_called:
            reason = f"it did not answer within {self._timeout_s:g} s"
        elif process is not None and process.problem:
            reason = process.problem
        reason = rejected or reason
        log.warning("footage_server_failed", server=self._server.name, failures=self._failures, reason=reason)
        if self._current is not None:
            self._current.tries += 1
            # A crash may be a coincidence and is retried once; a hang is too expensive.
            if watchdog.cancel_called or rejected or self._current.tries > 1:
                self._fail_current(reason)

    def _fail_current(self, reason: str) -> None:
        if self._current is not None:
            self._current.fail(reason)
            self._current = None

    def _new_process(self) -> ServerProcess | None:
        if self._server.command is None:
            return None
        env = child_environment() | {name: value.get_secret_value() for name, value in self._server.env.items()}
        return ServerProcess(
            self._server.name, self._server.command, env, max_answer_bytes=self._server.max_answer_size
        )

    def _connect(self, process: ServerProcess | None) -> AbstractAsyncContextManager[Client]:
        return connect(
            process or self._server.url or "",
            read_timeout_s=self._timeout_s,
            on_message=self._on_message,
            handshake=self._handshake,
            max_answer_bytes=self._server.max_answer_size,
        )

    # --- calls ------------------------------------------------------------------------------------

    async def _serve_calls(self, client: Client, watchdog: anyio.CancelScope) -> str:
        """Serves calls one by one; returns only when the server's tools are rejected, with the reason."""
        self._approved = not self._server.pins
        while True:
            watchdog.deadline = anyio.current_time() + self._timeout_s
            if not self._approved and (reason := await self._check_pins(client)):
                return reason
            await self._serve(client, self._current)
            self._failures, self._current = 0, None
            watchdog.deadline = math.inf
            self._current = await self._calls.get()

    async def _serve(self, client: Client, call: _Call | None) -> None:
        """Sends one call. Raises when the session is unusable; any other failure is the call's."""
        if call is None or call.result.done():
            return
        request = CallToolRequest(params=CallToolRequestParams(name=call.tool, arguments=call.arguments))
        try:
            # Below Client.call_tool, which also compiles and runs the JSON schema that the server declares for its
            # results: a hostile schema can run for ever. Our own models validate the result.
            result = await client.session.send_request(request, CallToolResult)
        except MCPError as error:
            if error.error.code in (CONNECTION_CLOSED, REQUEST_TIMEOUT):
                raise
            call.fail(f"it refused: {error.error.message[:200]}")
            return
        except ValidationError:
            call.fail("its answer is not valid MCP")
            return
        texts = [content.text for content in result.content if isinstance(content, TextContent)]
        if result.is_error:
            said = " ".join(" ".join(texts).split()).removeprefix(
                f"Error executing tool {call.tool}: "
            )  # the SDK's words
            call.fail(f"it reports: {said[:300] or 'an error without a message'}")
        elif not call.result.done():
            contents = [described for content in result.content if (described := _described(content))]
            call.result.set_result(ToolResult(result.structured_content, texts, contents))

    async def _check_pins(self, client: Client) -> str:
        """Compares the server's tools with the pinned hashes; returns the first difference, or an empty string."""
        offered: dict[str, str] = {}
        cursor: str | None = None
        for _ in range(_MAX_TOOL_PAGES):
            # Below Client.list_tools, which prepares to run their schemas.
            request = ListToolsRequest(params=PaginatedRequestParams(cursor=cursor))
            page = await client.session.send_request(request, ListToolsResult)
            offered |= {tool.name: tool_hash(tool) for tool in page.tools}
            cursor = page.next_cursor
            if cursor is None:
                break
        for tool, pin in self._server.pins.items():
            if (actual := offered.get(tool)) != pin:
                difference = f"its hash is {actual}" if actual else "it is missing"
                return f"its tool {tool} does not match the pinned one: {difference}"
        self._approved = True
        return ""

    async def _on_message(self, message: object) -> None:
        if isinstance(message, ToolListChangedNotification):
            self._approved = not self._server.pins
