"""The NASA server."""

from mcp.server import MCPServer

from services.sourcing.servers.archive_server import archive_server
from services.sourcing.servers.nasa.archive import NasaArchive
from services.sourcing.servers.nasa.settings import NasaSettings

__all__ = ["create_server"]


def create_server(settings: NasaSettings | None = None) -> MCPServer:
    """A server over the library.

    Args:
        settings: read from the environment when not given.
    """
    return archive_server("nasa", NasaArchive(settings or NasaSettings()), instructions="Video of NASA.")
