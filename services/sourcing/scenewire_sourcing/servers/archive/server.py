"""Serves the footage tools for an archive with an HTTP API."""

import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Annotated, Protocol

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field, ValidationError

from scenewire.errors import PermanentError
from scenewire_sourcing.candidates import FootageFile, FoundFootage, SearchAnswer
from scenewire_sourcing.servers.archive.client import ArchiveError

__all__ = ["Archive", "archive_server", "run"]


class Archive(Protocol):
    """An archive of clips and stills."""

    async def search(self, query: str, limit: int) -> list[FoundFootage]:
        """Searches clips and stills, best first.

        Raises:
            ArchiveError: the archive could not be searched.
        """
        ...

    async def get(self, name: str) -> FootageFile | None:
        """Returns a clip or still and its file; None if there is none of this id.

        Raises:
            ArchiveError: the archive could not be reached, or has no usable file.
        """
        ...

    async def aclose(self) -> None:
        """Closes the connections."""
        ...


def archive_server(name: str, archive: Archive, *, instructions: str) -> MCPServer:
    """Creates the MCP server of an archive."""

    @asynccontextmanager
    async def running(_: MCPServer) -> AsyncIterator[None]:
        try:
            yield
        finally:
            await archive.aclose()

    server = MCPServer(name, instructions=instructions, log_level="WARNING", lifespan=running)

    @server.tool()
    async def search_footage(
        query: Annotated[str, Field(max_length=1_000, description="Words that describe the footage.")],
        limit: Annotated[int, Field(ge=1, le=50, description="Maximum number of results.")] = 20,
    ) -> SearchAnswer:
        """Searches clips and stills; those that meet more conditions come first."""
        try:
            return SearchAnswer(results=tuple(await archive.search(query, limit)))
        except ArchiveError as error:
            raise ToolError(str(error)) from error

    @server.tool()
    async def get_footage(
        id: Annotated[str, Field(max_length=300, description="The id of a clip or still, from search_footage.")],  # noqa: A002
    ) -> FootageFile:
        """Returns the download URL of a clip or still, its credit and terms of use."""
        return await _get(archive, id)

    @server.tool()
    async def describe_footage(
        id: Annotated[str, Field(max_length=300, description="The id of a clip or still, from search_footage.")],  # noqa: A002
    ) -> FoundFootage:
        """Returns the title, keywords, duration, creator and terms of a clip or still."""
        found = await _get(archive, id)
        return FoundFootage(**found.model_dump(include=set(FoundFootage.model_fields)))

    return server


async def _get(archive: Archive, name: str) -> FootageFile:
    try:
        found = await archive.get(name)
    except ArchiveError as error:
        raise ToolError(str(error)) from error
    if found is None:
        message = "there is no such clip or still"
        raise ToolError(message)
    return found


def run(create_server: Callable[[], MCPServer]) -> int:
    """Serves MCP on standard input and output until the input ends; returns the exit code."""
    try:
        server = create_server()
    except ValidationError as error:
        sys.stderr.write("; ".join(problem["msg"] for problem in error.errors(include_input=False)) + "\n")
        return 2
    except (ValueError, PermanentError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    server.run("stdio")
    return 0
