"""Detects access to files and ports that must stay untouched."""

import asyncio
import ctypes
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.support.hostile.kit import Canary

_ACCESS: Final = 0x1
_OPEN: Final = 0x20
_NONBLOCK: Final = 0o4000


@dataclass
class Trap:
    """A watched file and a listening port, and the accesses to both."""

    canary: Canary
    connections: int
    watch: int

    @property
    def opened(self) -> int:
        """Number of opens and reads of the file since the last call."""
        try:
            return len(os.read(self.watch, 1 << 16)) // 16
        except BlockingIOError:
            return 0

    @property
    def untouched(self) -> bool:
        return self.opened == 0 and self.connections == 0


@asynccontextmanager
async def trap_around(path: Path) -> AsyncIterator[Trap]:
    """Watches a file and listens on a local port until the context ends."""
    libc = ctypes.CDLL(None, use_errno=True)
    watch = libc.inotify_init1(_NONBLOCK)
    assert watch >= 0
    assert libc.inotify_add_watch(watch, os.fsencode(path), _ACCESS | _OPEN) >= 0

    async def came(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        trap.connections += 1
        writer.close()

    server = await asyncio.start_server(came, "127.0.0.1", 0)
    trap = Trap(Canary(path, server.sockets[0].getsockname()[1]), 0, watch)
    try:
        yield trap
    finally:
        server.close()
        await server.wait_closed()
        os.close(watch)
