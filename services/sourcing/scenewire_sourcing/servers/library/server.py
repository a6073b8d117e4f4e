"""The library's MCP tools."""

from pathlib import Path
from typing import Annotated

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field

from scenewire_sourcing.candidates import FootageFile, SearchAnswer
from scenewire_sourcing.meaning.similarity import Meaning
from scenewire_sourcing.servers.library.catalogue import Catalogue

__all__ = ["create_server"]


def create_server(folder: Path, meaning: Meaning | None = None) -> MCPServer:
    """Creates the server.

    Args:
        folder: holds the clips and stills; need not exist yet.
        meaning: finds clips in other languages than that of a query; without it, only words find them.
    """
    catalogue = Catalogue(folder, meaning)
    server = MCPServer("library", instructions="Video clips and still pictures in a local folder.")

    @server.tool()
    def search_footage(
        query: Annotated[str, Field(max_length=1_000, description="Words; clips that match more of them come first.")],
        limit: Annotated[int, Field(ge=1, le=50, description="Maximum number of clips.")] = 20,
    ) -> SearchAnswer:
        """Searches clips and stills by their titles, keywords, file and folder names, and by meaning if installed."""
        try:
            return SearchAnswer(results=tuple(catalogue.search(query, limit)))
        except FileNotFoundError as error:
            raise _no_folder(folder) from error

    @server.tool()
    def get_footage(
        id: Annotated[str, Field(max_length=300, description="A clip's id, from search_footage.")],  # noqa: A002
    ) -> FootageFile:
        """Returns the path of a clip or still, its credit and terms of use."""
        try:
            found = catalogue.get(id)
        except FileNotFoundError as error:
            raise _no_folder(folder) from error
        if found is None:
            message = "there is no such clip"
            raise ToolError(message)
        return found

    return server


def _no_folder(folder: Path) -> ToolError:
    return ToolError(f"{folder} is not a folder; set LIBRARY_DIR to the folder that holds the clips")
