"""Searches and locates footage through an MCP server. Tool names come from configuration, never from the server."""

import asyncio
import hashlib
import json

import structlog
from pydantic import ValidationError
from typing_extensions import override

from scenewire_sourcing.candidates import FootageFile, FoundFootage
from scenewire_sourcing.providers.base import FootageSource, FootageUnavailableError, LocatedFootage, RemoteFile
from scenewire_sourcing.providers.mcp_session import McpSession, ToolResult
from scenewire_sourcing.providers.path_policy import resolve_in_root
from scenewire_sourcing.providers.server_config import FootageServer
from scenewire_sourcing.providers.tool_mapping import AnswerError

__all__ = ["McpSource"]

log = structlog.get_logger(__name__)


class McpSource(FootageSource):
    """A footage server that speaks MCP.

    Args:
        server: its configuration.
        session: calls its tools.
    """

    def __init__(self, server: FootageServer, session: McpSession) -> None:
        self._server = server
        self._session = session

    @property
    @override
    def name(self) -> str:
        return self._server.name

    @property
    @override
    def identity(self) -> str:
        # Without what differs between hosts: where programs and folders lie.
        server = self._server
        address = [self.name, server.url, *(server.command or ())[1:], *server.hosts, *server.local_hosts]
        return hashlib.sha256(json.dumps(address).encode()).hexdigest()

    @property
    @override
    def is_own(self) -> bool:
        return self._server.own_footage

    @override
    async def search(self, query: str, limit: int) -> list[FoundFootage]:
        mapping = self._server.tool_mapping
        result = await self._session.call(mapping.search_tool, mapping.search_call(query, limit))
        try:
            clips = mapping.results_of(await self._read(result))
        except AnswerError as error:
            raise FootageUnavailableError(str(error)) from error
        found: list[FoundFootage] = []
        for clip in clips[:limit]:
            try:
                found.append(FoundFootage.model_validate(clip))
            except ValidationError as error:
                log.warning("footage_result_invalid", server=self.name, error=str(error.errors(include_input=False)))
        return found

    @override
    async def locate(self, footage_id: str) -> LocatedFootage:
        mapping = self._server.tool_mapping
        result = await self._session.call(mapping.get_tool, mapping.get_call(footage_id))
        try:
            answer = await self._read(result)
        except AnswerError as error:
            raise FootageUnavailableError(str(error)) from error
        try:
            footage = FootageFile.model_validate(mapping.file_of(answer, footage_id))
        except (ValidationError, AnswerError) as error:
            raise FootageUnavailableError("its answer does not name a file") from error
        if footage.url:
            return LocatedFootage(RemoteFile(footage.url, self._server.hosts, self._server.local_hosts), footage)
        return LocatedFootage(await asyncio.to_thread(resolve_in_root, footage.path, self._server.root), footage)

    @override
    async def aclose(self) -> None:
        await self._session.aclose()

    async def _read(self, result: ToolResult) -> object:
        # In a thread: Python notation is slow to parse.
        return await asyncio.to_thread(self._server.tool_mapping.read, result.structured, result.texts)
