"""The server of Wikimedia Commons."""

from mcp.server import MCPServer

from scenewire_sourcing.servers.archive.server import archive_server
from scenewire_sourcing.servers.commons.archive import CommonsArchive
from scenewire_sourcing.servers.commons.settings import CommonsSettings

__all__ = ["create_server"]


def create_server(settings: CommonsSettings | None = None) -> MCPServer:
    """Creates the server.

    Args:
        settings: default to the environment.
    """
    archive = CommonsArchive(settings or CommonsSettings())
    return archive_server("commons", archive, instructions="Videos and pictures of Wikimedia Commons.")
