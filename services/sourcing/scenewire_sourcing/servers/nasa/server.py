"""The NASA server."""

from mcp.server import MCPServer

from scenewire_sourcing.servers.archive.server import archive_server
from scenewire_sourcing.servers.nasa.archive import NasaArchive
from scenewire_sourcing.servers.nasa.settings import NasaSettings

__all__ = ["create_server"]


def create_server(settings: NasaSettings | None = None) -> MCPServer:
    """Creates the server.

    Args:
        settings: default to the environment.
    """
    return archive_server("nasa", NasaArchive(settings or NasaSettings()), instructions="Video of NASA.")
