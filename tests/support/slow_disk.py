"""A disk on which deliveries have begun and write nothing until they may."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from scenewire.artifacts.filesystem import FilesystemStore
from scenewire.artifacts.webapp_export import WebApp


class SlowDisk:
    """Holds deliveries back."""

    def __init__(self) -> None:
        self._begun = threading.Event()
        self._may_write = threading.Event()
        self._written = threading.Event()

    async def begun(self) -> None:
        """Returns once a delivery has begun."""
        assert await asyncio.to_thread(self._begun.wait, 30)

    async def written(self) -> None:
        """Returns once a delivery has ended, also if nobody waits for it any more."""
        assert await asyncio.to_thread(self._written.wait, 30)

    @contextmanager
    def hold(self) -> Iterator[None]:
        self._begun.set()
        assert self._may_write.wait(30)
        try:
            yield
        finally:
            self._written.set()

    def release(self) -> None:
        """Lets all deliveries write."""
        self._may_write.set()


@contextmanager
def slow_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[SlowDisk]:
    """Deliveries to folders wait until they are released, or the block ends."""
    disk = SlowDisk()

    def held(method: Any) -> Any:
        def write(*arguments: Any) -> Any:
            with disk.hold():
                return method(*arguments)

        return write

    monkeypatch.setattr(FilesystemStore, "_deliver", held(FilesystemStore._deliver))
    monkeypatch.setattr(WebApp, "_put", held(WebApp._put))
    try:
        yield disk
    finally:
        disk.release()
