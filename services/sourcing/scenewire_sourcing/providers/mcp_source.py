"""Footage through MCP: one supervised session per server, started at first use and kept over scenes.

A session belongs to one task from beginning to end; scenes hand it their questions through a queue. A server that
dies is started again; one that fails three times in a row is left alone for a minute, so that an outage costs a film
a minute at most. Tool names are fixed by configuration; nothing a server says about itself is believed or acted upon,
except that tools which differ from the approved ones end its use.
"""

import asyncio
import hashlib
import json
import math
import time
from asyncio import Future
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import anyio
import structlog
from mcp import Client, MCPError
from mcp.types import (
    CONNECTION_CLOSED,
    REQUEST_TIMEOUT,
    CallToolRequest,
    CallToolRequestParams,
    CallToolResult,
    ListToolsRequest,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    Tool,
    ToolListChangedNotification,
)
from pydantic import ValidationError
from typing_extensions import override

from scenewire.processes.run import child_environment
from scenewire_sourcing.candidates import FootageFile, FoundFootage
from scenewire_sourcing.metrics import FootageMetrics, footage_metrics
from scenewire_sourcing.providers.base import FootageSource, FootageUnavailableError, LocatedFootage, RemoteFile
from scenewire_sourcing.providers.mcp_transport import Greeting, connect, say
from scenewire_sourcing.providers.server_config import FootageServer
from scenewire_sourcing.providers.server_process import ServerProcess
from scenewire_sourcing.providers.tool_mapping import AnswerError

__all__ = ["McpSource", "tool_hash"]

_FAILURES_BEFORE_REST: Final = 3
_MOST_PAGES: Final = 10
"""Pages of a list of tools that are read."""

log = structlog.get_logger(__name__)


@dataclass
class _Question:
    """A tool call that somebody waits for."""

    tool: str
    arguments: dict[str, Any]
    answer: "Future[object]"
    tries: int = 0

    def fail(self, reason: str) -> None:
        if not self.answer.done():
            self.answer.set_exception(FootageUnavailableError(reason))


def tool_hash(tool: Tool) -> str:
    """SHA-256 over what a server says that a tool is: name, description, schemas."""
    said = [tool.name, tool.description, tool.input_schema, tool.output_schema]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


class McpSource(FootageSource):
    """A footage server that speaks MCP.

    Args:
        server: how it is reached.
        timeout: seconds it may take to start or to answer.
        pause: seconds before it is started again after its first failure; longer after more.
        rest: seconds it is left alone after three failures in a row.
        metrics: where its failures are counted; those of the process when not given.
    """

    def __init__(
        self,
        server: FootageServer,
        *,
        timeout: float,
        pause: float = 0.2,
        rest: float = 60,
        metrics: FootageMetrics | None = None,
    ) -> None:
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
        self._why_resting = ""
        self._approved = False
        self._greeting: Greeting = "auto"
        self._metrics = metrics or footage_metrics()
        self._metrics.watch(server.name, lambda: self._rest_left() > 0)

    @property
    @override
    def name(self) -> str:
        return self._server.name

    @property
    @override
    def identity(self) -> str:
        # Without what differs between hosts: where programs and folders lie.
        server = self._server
        reached = [self.name, server.url, *(server.command or ())[1:], *server.hosts, *server.local_hosts]
        return hashlib.sha256(json.dumps(reached).encode()).hexdigest()

    @override
    async def search(self, query: str, limit: int) -> list[FoundFootage]:
        adapter = self._server.adapter
        answer = await self._ask(adapter.search_tool, adapter.search_call(query, limit))
        try:
            results = adapter.found(answer)
        except AnswerError as error:
            raise FootageUnavailableError(str(error)) from error
        found: list[FoundFootage] = []
        for result in results[:limit]:
            try:
                found.append(FoundFootage.model_validate(result))
            except ValidationError as error:
                log.warning("footage_result_invalid", server=self.name, error=str(error.errors(include_input=False)))
        return found

    @override
    async def locate(self, footage_id: str) -> LocatedFootage:
        adapter = self._server.adapter
        answer = await self._ask(adapter.get_tool, adapter.get_call(footage_id))
        try:
            footage = FootageFile.model_validate(adapter.got(answer, footage_id))
        except (ValidationError, AnswerError) as error:
            raise FootageUnavailableError("its answer names no file") from error
        if footage.url:
            return LocatedFootage(RemoteFile(footage.url, self._server.hosts, self._server.local_hosts), footage)
        return LocatedFootage(await asyncio.to_thread(self._accept, footage.path), footage)

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

    async def _ask(self, tool: str, arguments: dict[str, Any]) -> object:
        question = _Question(tool, arguments, asyncio.get_running_loop().create_future())
        self._questions.put_nowait(question)
        if self._task is None or self._task.done():
            self._scope = anyio.CancelScope()
            self._task = asyncio.create_task(self._supervise(self._scope), name=f"footage server {self.name}")
        return await question.answer

    def _rest_left(self) -> float:
        """Seconds that the server is still left alone; not above 0 when it may be asked."""
        return self._resting_until - time.monotonic()

    async def _supervise(self, scope: anyio.CancelScope) -> None:
        try:
            with scope:
                while True:
                    self._asking = self._asking or await self._questions.get()
                    if self._asking.answer.done():  # nobody waits any more
                        self._asking = None
                    elif (left := self._rest_left()) > 0:
                        self._give_up(f"{self._why_resting} and is left alone for another {left:.0f} s")
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
        reason = refused = ""
        greeted = False
        with anyio.CancelScope() as watchdog:
            watchdog.deadline = anyio.current_time() + self._timeout
            try:
                async with self._connect(process) as client:
                    greeted = True
                    refused = await self._put_questions(client, watchdog)
            except Exception as error:  # noqa: BLE001 - the SDK raises whatever a bad stream or result led to
                reason = say(error)
        if not greeted:  # perhaps it could not bear the greeting
            self._greeting = "legacy" if self._greeting == "auto" else "auto"
        self._failures += 1
        self._metrics.failures.labels(self.name).inc()
        if refused or self._failures >= _FAILURES_BEFORE_REST:
            self._resting_until = time.monotonic() + self._rest
            self._why_resting = refused or f"it failed {self._failures} times"
        if watchdog.cancel_called:
            reason = f"it did not answer within {self._timeout:g} s"
        elif process is not None and process.problem:
            reason = process.problem
        reason = refused or reason
        log.warning("footage_server_failed", server=self.name, failures=self._failures, reason=reason)
        asked = self._asking
        if asked is not None:
            asked.tries += 1
            # A crash may have been chance; a hang costs too much.
            if watchdog.cancel_called or refused or asked.tries > 1:
                self._give_up(reason)

    async def _put_questions(self, client: Client, watchdog: anyio.CancelScope) -> str:
        """Puts one question after the other; returns only when the server must not be asked, with the reason."""
        self._approved = not self._server.pins
        while True:
            watchdog.deadline = anyio.current_time() + self._timeout
            if not self._approved and (reason := await self._disapproval(client)):
                return reason
            await self._put(client, self._asking)
            self._failures, self._asking = 0, None
            watchdog.deadline = math.inf
            self._asking = await self._questions.get()

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
        texts = [content.text for content in result.content if isinstance(content, TextContent)]
        if result.is_error:
            question.fail(f"it says: {' '.join(' '.join(texts).split())[:300] or 'nothing but error'}")
            return
        try:  # in a thread: Python's notation takes its time
            answer = await asyncio.to_thread(self._server.adapter.read, result.structured_content, texts)
        except AnswerError as error:
            question.fail(str(error))
        else:
            if not question.answer.done():
                question.answer.set_result(answer)

    async def _disapproval(self, client: Client) -> str:
        """Why the server's tools are not those that somebody looked at; empty if they are."""
        offered: dict[str, str] = {}
        cursor: str | None = None
        for _ in range(_MOST_PAGES):
            # Below Client.list_tools, which prepares to run their schemas.
            request = ListToolsRequest(params=PaginatedRequestParams(cursor=cursor))
            page = await client.session.send_request(request, ListToolsResult)
            offered |= {tool.name: tool_hash(tool) for tool in page.tools}
            cursor = page.next_cursor
            if cursor is None:
                break
        for tool, pin in self._server.pins.items():
            if (hashed := offered.get(tool)) != pin:
                now = f"its hash is {hashed}" if hashed else "it is not there"
                return f"its tool {tool} is not the one that was approved: {now}"
        self._approved = True
        return ""

    async def _hear(self, message: object) -> None:
        """What the server says unasked. Only one thing of it matters."""
        if isinstance(message, ToolListChangedNotification):
            self._approved = not self._server.pins

    def _new_process(self) -> ServerProcess | None:
        if self._server.command is None:
            return None
        env = child_environment() | {name: value.get_secret_value() for name, value in self._server.env.items()}
        return ServerProcess(self.name, self._server.command, env)

    def _connect(self, process: ServerProcess | None) -> AbstractAsyncContextManager[Client]:
        place = process or self._server.url or ""
        return connect(place, read_timeout=self._timeout, on_message=self._hear, greeting=self._greeting)
