"""MCP on standard input and output, forwarded to the MCP server of a gateway.

The tools are the gateway's; this host knows none of them. Each side may speak another revision of the protocol.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

import httpx2
import structlog
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client
from mcp.server import Server as McpServer
from mcp.server.context import ServerRequestContext
from mcp.server.stdio import stdio_server
from mcp.types import (
    INTERNAL_ERROR,
    CallToolRequestParams,
    CallToolResult,
    ListResourcesResult,
    ListResourceTemplatesResult,
    ListToolsResult,
    PaginatedRequestParams,
    ReadResourceRequestParams,
    ReadResourceResult,
)

from scenewire_cli.remote.options import ServerAddress
from scenewire_cli.remote.server import Server, http_client

__all__ = ["serve_mcp"]

_TIMEOUT: Final = httpx2.Timeout(30.0, read=660.0)
"""Longer than the longest wait of a tool."""

_Answer = TypeVar("_Answer")
_Context = ServerRequestContext[Any, Any]
_Page = PaginatedRequestParams | None

log = structlog.get_logger(__name__)


async def serve_mcp(address: ServerAddress) -> int:
    """Serves MCP until the client closes standard input. Nothing but the protocol is written to standard output.

    Raises:
        PipelineError: the gateway refuses, or does not answer.
    """
    async with http_client(address, timeout=_TIMEOUT) as http:
        await Server(address, http).get("/v1/session")  # so that a wrong address or token is reported before the start
        gateway = _Gateway(address, http)
        forwarder = await gateway.ask(lambda client: _forwarder(gateway, client))
        async with stdio_server() as (requests, answers):
            await forwarder.run(requests, answers, forwarder.create_initialization_options())
    return 0


class _Gateway:
    """The MCP server of a gateway. Each request has a session of its own, so that the gateway may start again."""

    def __init__(self, address: ServerAddress, http: httpx2.AsyncClient) -> None:
        self._address = address
        self._http = http
        self._mode = "auto"

    async def ask(self, work: Callable[[Client], Awaitable[_Answer]]) -> _Answer:
        """Returns the answer of the gateway.

        Raises:
            MCPError: the gateway's own, or it does not answer.
        """
        transport = streamable_http_client(f"{self._address.url}/mcp", http_client=self._http, max_sse_event_size=None)
        refusal: MCPError | None = None
        try:
            async with Client(transport, mode=self._mode) as client:
                self._mode = client.protocol_version
                try:
                    return await work(client)
                except MCPError as error:
                    refusal = error  # raised here, a group of exceptions would hide it
        except Exception as error:
            log.exception("gateway_lost", url=self._address.url)
            message = f"the gateway at {self._address.url} does not answer; check that it runs"
            raise MCPError(INTERNAL_ERROR, message) from error
        raise refusal


async def _forwarder(gateway: _Gateway, client: Client) -> McpServer[Any]:
    """Returns a server that asks a gateway for everything.

    Args:
        gateway: which is asked.
        client: a session with it, for what the server says of itself.
    """

    async def list_tools(_context: _Context, page: _Page) -> ListToolsResult:
        return await gateway.ask(lambda client: client.list_tools(cursor=_cursor(page)))

    async def call_tool(context: _Context, call: CallToolRequestParams) -> CallToolResult:
        report = context.session.report_progress
        return await gateway.ask(lambda client: client.call_tool(call.name, call.arguments, progress_callback=report))

    async def list_resources(_context: _Context, page: _Page) -> ListResourcesResult:
        return await gateway.ask(lambda client: client.list_resources(cursor=_cursor(page)))

    async def list_resource_templates(_context: _Context, page: _Page) -> ListResourceTemplatesResult:
        return await gateway.ask(lambda client: client.list_resource_templates(cursor=_cursor(page)))

    async def read_resource(_context: _Context, wanted: ReadResourceRequestParams) -> ReadResourceResult:
        return await gateway.ask(lambda client: client.read_resource(wanted.uri))

    info = client.server_info
    return McpServer(
        info.name if info else "scenewire",
        version=info.version if info else "",
        instructions=client.instructions,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_resources=list_resources,
        on_list_resource_templates=list_resource_templates,
        on_read_resource=read_resource,
    )


def _cursor(page: _Page) -> str | None:
    return None if page is None else page.cursor
