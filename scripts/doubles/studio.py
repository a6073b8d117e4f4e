"""A test double of a third-party footage server: MCP over streamable HTTP, with other names for everything.

Its files are downloaded from the same host.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import uvicorn
from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from starlette.requests import Request
from starlette.responses import Response

from scripts.doubles.clips import Painting

__all__ = ["TOOL_MAPPING", "Studio"]

TOOL_MAPPING: Final[dict[str, Any]] = {
    "search_tool": "find_videos",
    "search_arguments": {"words": "$query", "count": "$limit"},
    "results": "videos",
    "get_tool": "video_file",
    "get_arguments": {"number": "$id"},
    "file": "video",
    "fields": {
        "id": "number",
        "title": "name",
        "keywords": "tags",
        "duration": "length",
        "resolution": "size",
        "creator": "by",
        "licence": "terms",
        "source_url": "page",
        "url": "download",
    },
}
"""Its `tool_mapping` in `SOURCING_SERVERS`."""


@dataclass
class Studio:
    """The server: its clips, its port and the recorded tool calls."""

    clips: Sequence[tuple[Painting, bytes]]
    port: int = 0
    calls: list[tuple[str, str]] = field(default_factory=list)

    @property
    def host(self) -> str:
        """Host and port of the server."""
        return f"127.0.0.1:{self.port}"

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["Studio"]:
        """Listens for the duration of the block."""
        with socket.create_server(("127.0.0.1", 0)) as listening:
            self.port = listening.getsockname()[1]
            server = uvicorn.Server(uvicorn.Config(self._tools().streamable_http_app(), log_config=None))
            running = asyncio.create_task(server.serve(sockets=[listening]))
            try:
                yield self
            finally:
                server.should_exit = True
                await running

    def _tools(self) -> MCPServer:
        server = MCPServer("studio", log_level="ERROR")

        @server.tool()
        def find_videos(words: str, count: int) -> dict[str, Any]:
            """Searches videos that contain any of the words."""
            self.calls.append(("find_videos", words))
            wanted = set(words.lower().split())
            found = [
                self._described(number)
                for number, (painting, _) in enumerate(self.clips)
                if wanted & set(f"{painting.title} {painting.keywords}".lower().replace(",", " ").split())
            ]
            return {"videos": found[:count]}

        @server.tool()
        def video_file(number: str) -> dict[str, Any]:
            """Returns the download URL of a video."""
            self.calls.append(("video_file", number))
            if not number.isdecimal() or int(number) >= len(self.clips):
                message = "there is no such video"
                raise ToolError(message)
            return {"video": self._described(int(number)) | {"download": f"http://{self.host}/files/{number}.mp4"}}

        @server.custom_route("/files/{name}", methods=["GET"])  # type: ignore[untyped-decorator]  # not typed there
        async def file(request: Request) -> Response:
            number = request.path_params["name"].removesuffix(".mp4")
            return Response(self.clips[int(number)][1], media_type="video/mp4")

        return server

    def _described(self, number: int) -> dict[str, Any]:
        painting, _ = self.clips[number]
        return {
            "number": str(number),
            "name": painting.title,
            "tags": painting.keywords,
            "length": painting.seconds,
            "size": "1280x720",
            "by": "The studio's double",
            "terms": "Painted for this demonstration, CC0",
            "page": f"https://studio.example/{number}",
        }
