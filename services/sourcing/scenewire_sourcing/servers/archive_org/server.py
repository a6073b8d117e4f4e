"""The server of the Internet Archive."""

from mcp.server import MCPServer

from scenewire_sourcing.servers.archive.server import archive_server
from scenewire_sourcing.servers.archive_org.archive import ArchiveOrgArchive
from scenewire_sourcing.servers.archive_org.settings import ArchiveOrgSettings

__all__ = ["create_server"]


def create_server(settings: ArchiveOrgSettings | None = None) -> MCPServer:
    """Creates the server.

    Args:
        settings: default to the environment.
    """
    archive = ArchiveOrgArchive(settings or ArchiveOrgSettings())
    return archive_server("archive_org", archive, instructions="Videos and pictures of the Internet Archive.")
