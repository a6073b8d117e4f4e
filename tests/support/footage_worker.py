"""A worker that uses the footage server in its arguments until it is killed: `footage_worker.py NAME COMMAND…`."""

import asyncio
import sys
from pathlib import Path

from scenewire_sourcing.providers.mcp_session import McpSession
from scenewire_sourcing.providers.mcp_source import McpSource
from scenewire_sourcing.providers.server_config import FootageServer


async def main() -> None:
    folder = Path(sys.argv[1])
    server = FootageServer(name="library", command=tuple(sys.argv[2:]), env={"LIBRARY_DIR": str(folder)}, root=folder)
    await McpSource(server, McpSession(server, timeout_s=30)).search("tea", 5)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
