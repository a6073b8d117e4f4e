"""The server of Pexels."""

from mcp.server import MCPServer

from scenewire_sourcing.servers.archive.server import archive_server
from scenewire_sourcing.servers.pexels.archive import PexelsArchive
from scenewire_sourcing.servers.pexels.settings import PexelsSettings

__all__ = ["create_server"]


def create_server(settings: PexelsSettings | None = None) -> MCPServer:
    """Creates the server.

    Args:
        settings: default to the environment.
    """
    archive = PexelsArchive(settings or PexelsSettings())
    return archive_server("pexels", archive, instructions="Videos and photographs of Pexels.")
