"""The DVIDS server."""

from mcp.server import MCPServer

from scenewire_sourcing.servers.archive.server import archive_server
from scenewire_sourcing.servers.dvids.archive import DvidsArchive
from scenewire_sourcing.servers.dvids.settings import DvidsSettings

__all__ = ["create_server"]


def create_server(settings: DvidsSettings | None = None) -> MCPServer:
    """Creates the server.

    Args:
        settings: default to the environment.

    Raises:
        ValueError: there is no key.
    """
    archive = DvidsArchive(settings or DvidsSettings())
    return archive_server("dvids", archive, instructions="Video of the U.S. Department of Defense.")
