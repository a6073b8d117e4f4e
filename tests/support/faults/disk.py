"""A disk of its own for the artifacts of a world, which a test may fill."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from scenewire.processes.run import run_program

_SIZE: Final = 4 << 30
"""In memory, of which it takes only what is used."""

_ROOM: Final = 64 << 10
"""Bytes that a full disk still takes: the next file fails in its middle."""


class Disk:
    """A file system in memory, mounted at a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def resize(self, size: int) -> bool:
        """Changes its size, bytes; returns whether that was possible. It is not if more is in use."""
        done = await run_program(["mount", "-o", f"remount,size={size}", self._folder], timeout=30)
        return done.returncode == 0

    @asynccontextmanager
    async def full(self) -> AsyncIterator[None]:
        """Has no room for as long as the block runs."""
        while not await self.resize(self._used + _ROOM):
            await asyncio.sleep(0.1)  # somebody has just written
        try:
            yield
        finally:
            assert await self.resize(_SIZE)

    @property
    def _used(self) -> int:
        facts = os.statvfs(self._folder)
        return (facts.f_blocks - facts.f_bfree) * facts.f_frsize


@asynccontextmanager
async def mounted(folder: Path) -> AsyncIterator[Disk | None]:
    """Mounts a disk at a folder; None without the right to."""
    folder.mkdir(parents=True)
    done = await run_program(["mount", "-t", "tmpfs", "-o", f"size={_SIZE}", "tmpfs", folder], timeout=30)
    try:
        yield None if done.returncode else Disk(folder)
    finally:
        if not done.returncode:
            await run_program(["umount", "--lazy", folder], timeout=30)
