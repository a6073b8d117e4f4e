"""The server of Pixabay."""

from mcp.server import MCPServer

from scenewire_sourcing.servers.archive.server import archive_server
from scenewire_sourcing.servers.pixabay.archive import PixabayArchive
from scenewire_sourcing.servers.pixabay.settings import PixabaySettings

__all__ = ["create_server"]


def create_server(settings: PixabaySettings | None = None) -> MCPServer:
    """Creates the server.

    Args:
        settings: default to the environment.
    """
    archive = PixabayArchive(settings or PixabaySettings())
    return archive_server("pixabay", archive, instructions="Videos and photographs of Pixabay.")
