"""MCP on standard input and output, forwarded to the MCP server of a gateway.

The tools are the gateway's; this host knows none of them. Each side may speak another revision of the protocol.
"""

from typing import Any, Final

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.server import Server as McpServer
from mcp.server.context import ServerRequestContext
from mcp.server.stdio import stdio_server
from mcp.types import (
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

_Context = ServerRequestContext[Any, Any]
_Page = PaginatedRequestParams | None


async def serve_mcp(address: ServerAddress) -> int:
    """Serves MCP until the client closes standard input. Nothing but the protocol is written to standard output.

    Raises:
        PipelineError: the gateway refuses, or does not answer.
    """
    async with http_client(address, timeout=_TIMEOUT) as http:
        await Server(address, http).get("/v1/session")  # so that a wrong address or token is reported before the start
        transport = streamable_http_client(f"{address.url}/mcp", http_client=http, max_sse_event_size=None)
        async with Client(transport) as gateway, stdio_server() as (requests, answers):
            forwarder = _forwarder(gateway)
            await forwarder.run(requests, answers, forwarder.create_initialization_options())
    return 0


def _forwarder(gateway: Client) -> McpServer[Any]:
    """Returns a server that asks a gateway for everything."""

    async def list_tools(_context: _Context, page: _Page) -> ListToolsResult:
        return await gateway.list_tools(cursor=_cursor(page))

    async def call_tool(context: _Context, call: CallToolRequestParams) -> CallToolResult:
        report = context.session.report_progress
        return await gateway.call_tool(call.name, call.arguments, progress_callback=report)

    async def list_resources(_context: _Context, page: _Page) -> ListResourcesResult:
        return await gateway.list_resources(cursor=_cursor(page))

    async def list_resource_templates(_context: _Context, page: _Page) -> ListResourceTemplatesResult:
        return await gateway.list_resource_templates(cursor=_cursor(page))

    async def read_resource(_context: _Context, wanted: ReadResourceRequestParams) -> ReadResourceResult:
        return await gateway.read_resource(wanted.uri)

    info = gateway.server_info
    return McpServer(
        info.name if info else "scenewire",
        version=info.version if info else "",
        instructions=gateway.instructions,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_resources=list_resources,
        on_list_resource_templates=list_resource_templates,
        on_read_resource=read_resource,
    )


def _cursor(page: _Page) -> str | None:
    return None if page is None else page.cursor
