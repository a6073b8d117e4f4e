"""The server of Openverse."""

from mcp.server import MCPServer

from scenewire_sourcing.servers.archive.server import archive_server
from scenewire_sourcing.servers.openverse.archive import OpenverseArchive
from scenewire_sourcing.servers.openverse.settings import OpenverseSettings

__all__ = ["create_server"]


def create_server(settings: OpenverseSettings | None = None) -> MCPServer:
    """Creates the server.

    Args:
        settings: default to the environment.
    """
    archive = OpenverseArchive(settings or OpenverseSettings())
    return archive_server("openverse", archive, instructions="Openly licensed pictures, as Openverse finds them.")
