"""The server of the Library of Congress."""

from mcp.server import MCPServer

from scenewire_sourcing.servers.archive.server import archive_server
from scenewire_sourcing.servers.loc.archive import LocArchive
from scenewire_sourcing.servers.loc.settings import LocSettings

__all__ = ["create_server"]


def create_server(settings: LocSettings | None = None) -> MCPServer:
    """Creates the server.

    Args:
        settings: default to the environment.
    """
    archive = LocArchive(settings or LocSettings())
    return archive_server("loc", archive, instructions="Films and photographs of the Library of Congress.")
