"""`scenewire mcp`: serves agents on standard input and output."""

import asyncio
import signal

import typer

from scenewire.errors import FailureCode, TransientError
from scenewire_cli.options import DataOption
from scenewire_cli.remote.options import ServerAddress, ServerOptions
from scenewire_cli.stack.data_folder import DataFolder

__all__ = ["mcp"]


def mcp(remote: ServerOptions, *, data: DataOption = None) -> None:
    """Serves agents over MCP on standard input and output.

    Clients such as Claude Desktop start it. It forwards to the gateway of the running stack, or of --server, whose
    tools it offers. docs/agents.md has the settings of clients.

    Example:
        scenewire mcp --server https://videos.example.org
    """
    from scenewire_cli.remote.mcp_bridge import serve_mcp

    address = remote.address(data=data) or _running(DataFolder(data), remote.token)
    # Nothing is to be cleaned up, and reading standard input cannot be cancelled.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    raise typer.Exit(asyncio.run(serve_mcp(address)))


def _running(folder: DataFolder, token: str | None) -> ServerAddress:
    """Returns the gateway of the running stack.

    Raises:
        TransientError: `bus_unavailable`, there is none.
    """
    endpoint = folder.endpoint()
    if endpoint is None or endpoint.gateway_url is None:
        raise TransientError(
            FailureCode.BUS_UNAVAILABLE,
            f"no stack with a gateway is running in the data folder {folder.root}",
            hint="start one with `scenewire up`, or name another folder with --data, or a server with --server",
        )
    return ServerAddress(endpoint.gateway_url, token)
