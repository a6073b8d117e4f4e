"""Searches and locates footage through an MCP server. Tool names come from configuration, never from the server."""

import asyncio
import hashlib
import json
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Final

import structlog
from pydantic import ValidationError
from typing_extensions import override

from scenewire.failpoints import Point, failpoint
from scenewire.observability.tracing import span
from scenewire_sourcing.candidates import FootageFile, FoundFootage
from scenewire_sourcing.providers.answers import AnswerError
from scenewire_sourcing.providers.base import FootageSource, FootageUnavailableError, LocatedFootage, RemoteFile
from scenewire_sourcing.providers.inline_files import InlineFiles
from scenewire_sourcing.providers.mcp_session import McpSession, ToolResult
from scenewire_sourcing.providers.path_policy import resolve_in_root
from scenewire_sourcing.providers.server_config import FootageServer

__all__ = ["McpSource"]

_MAX_REMEMBERED: Final = 1_000
"""Search results that are kept for the calls that locate their files."""

_MAX_REMEMBERED_CHARS: Final = 64 << 20
"""Of files within results that are kept."""

_MIN_SECRET_CHARS: Final = 8
"""Shorter values of variables are no keys, and may be parts of words."""

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
        self._found: OrderedDict[str, Mapping[str, Any]] = OrderedDict()
        self._inline_files = InlineFiles()

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

    @property
    @override
    def max_queries(self) -> int | None:
        return self._server.max_queries

    @override
    async def search(self, query: str, limit: int) -> list[FoundFootage]:
        mapping = self._server.tool_mapping
        try:
            result = await self._call(mapping.search_tool, mapping.search_call(query, limit))
        except FootageUnavailableError as error:
            if mapping.is_nothing(str(error)):
                return []
            raise
        try:
            clips = await self._results(result)
        except AnswerError as error:
            raise self._unavailable(error) from error
        found: list[FoundFootage] = []
        for clip in clips[:limit]:
            try:
                footage = FoundFootage.model_validate(clip)
            except ValidationError as error:
                log.warning("footage_result_invalid", server=self.name, error=str(error.errors(include_input=False)))
            else:
                found.append(footage)
                self._remember(footage.id, clip)
        return found

    @override
    async def locate(self, footage_id: str) -> LocatedFootage:
        try:
            footage = FootageFile.model_validate(await self._file(footage_id))
        except AnswerError as error:
            raise self._unavailable(error) from error
        except ValidationError as error:
            raise FootageUnavailableError("its answer does not name a file") from error
        if footage.data:
            path = await asyncio.to_thread(self._inline_files.write, footage.data)
            return LocatedFootage(path, footage.model_copy(update={"data": "", "path": str(path)}))
        if footage.url:
            return LocatedFootage(RemoteFile(footage.url, self._server.hosts, self._server.local_hosts), footage)
        return LocatedFootage(await asyncio.to_thread(resolve_in_root, footage.path, self._server.root), footage)

    @override
    async def aclose(self) -> None:
        await self._session.aclose()
        await asyncio.to_thread(self._inline_files.remove)

    async def _call(self, tool: str, arguments: dict[str, Any]) -> ToolResult:
        try:
            with span("call footage server", server=self.name, tool=tool):
                result = await self._session.call(tool, arguments)
        except FootageUnavailableError as error:
            raise self._unavailable(error) from error
        failpoint(Point.WORKING)
        return result

    def _unavailable(self, error: Exception) -> FootageUnavailableError:
        """Returns an error without the server's keys, which some servers repeat in their own."""
        reason = str(error)
        for name, value in self._server.env.items():
            if (secret := value.get_secret_value()) and not name.endswith(("_DIR", "_FILE", "_URL")):
                reason = reason.replace(secret, "…") if len(secret) >= _MIN_SECRET_CHARS else reason
        return FootageUnavailableError(reason)

    async def _results(self, result: ToolResult) -> list[object]:
        mapping = self._server.tool_mapping
        try:
            answer = await self._read(result)
        except AnswerError:
            if any(map(mapping.is_nothing, result.texts)):
                return []
            raise
        return await asyncio.to_thread(mapping.results_of, answer)

    async def _file(self, footage_id: str) -> dict[str, Any]:
        """Returns the clip and its file with our field names, not validated.

        Raises:
            AnswerError: the answer has no clip.
            FootageUnavailableError: the server could not be asked.
        """
        mapping, found = self._server.tool_mapping, self._found.get(footage_id)
        if mapping.get_tool is None:
            if found is None:
                raise AnswerError("its file is named by a search only, and no search of this session has found it")
            return {**found, "id": footage_id}
        result = await self._call(mapping.get_tool, mapping.get_call(footage_id, found))
        answer = await self._read(result)
        return await asyncio.to_thread(mapping.file_of, answer, footage_id)

    def _remember(self, footage_id: str, clip: object) -> None:
        if isinstance(clip, dict):
            self._found[footage_id] = clip
            self._found.move_to_end(footage_id)
        while len(self._found) > 1 and (len(self._found) > _MAX_REMEMBERED or self._remembered > _MAX_REMEMBERED_CHARS):
            self._found.popitem(last=False)

    @property
    def _remembered(self) -> int:
        """Characters of the files within the results that are kept."""
        return sum(len(str(clip.get("data", ""))) for clip in self._found.values())

    async def _read(self, result: ToolResult) -> object:
        # In a thread: Python notation is slow to parse.
        mapping = self._server.tool_mapping
        return await asyncio.to_thread(mapping.read, result.structured, result.texts, result.contents)
