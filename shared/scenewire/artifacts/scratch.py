"""Work in progress on this host: private folders, temporary files, hashes and syncs."""

import asyncio
import hashlib
import os
import shutil
import socket
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Final

import structlog

from scenewire.errors import storage_failure
from scenewire.failpoints import Point, failpoint

__all__ = ["Scratch", "measure", "storage_errors", "sync"]

_STALE_AFTER: Final = timedelta(days=1)

log = structlog.get_logger(__name__)


class Scratch:
    """A folder for unfinished files. The next process removes what a killed one has left.

    Args:
        root: the folder; created when needed.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._swept = False

    @asynccontextmanager
    async def folder(self) -> AsyncIterator[Path]:
        """Creates a private folder; it is removed on exit."""
        folder = self._root / _own_name()
        with storage_errors(folder):
            folder.mkdir(parents=True)
        if not self._swept:
            self._swept = True
            await asyncio.to_thread(_sweep, self._root)
        try:
            yield folder
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    def holds(self, path: Path) -> bool:
        """Returns whether a file is in this folder and may be moved."""
        return path.is_relative_to(self._root)

    def new_file(self) -> Path:
        """Returns a path for a temporary file."""
        self._root.mkdir(parents=True, exist_ok=True)
        return self._root / _own_name()

    @contextmanager
    def part(self, target: Path) -> Iterator[Path]:
        """Yields a temporary file that is renamed to `target` unless the block raises."""
        part = self.new_file()
        try:
            yield part
            sync(part)
            failpoint(Point.WRITTEN)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)


def measure(path: Path) -> tuple[str, int]:
    """Returns the SHA-256 and the size in bytes."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return digest, os.fstat(file.fileno()).st_size


def sync(path: Path) -> None:
    """Syncs a file, or the entries of a folder, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Translates errors of the operating system.

    Raises:
        TransientError: `storage_full` or `storage_unavailable`.
        FileNotFoundError: unchanged; the caller knows what is missing.
    """
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        raise storage_failure(error, f"cannot use the artifact folder at {path}") from error


def _own_name() -> str:
    """Returns a name with host and process, by which leftovers of a killed process are recognised."""
    return f"{socket.gethostname()}+{os.getpid()}+{uuid.uuid4().hex}"


def _sweep(temporary: Path) -> None:
    """Removes leftovers of ended processes: of this host at once, of other hosts after a day."""
    yesterday = time.time() - _STALE_AFTER.total_seconds()
    for entry in temporary.iterdir():
        host, _, rest = entry.name.partition("+")
        pid = rest.partition("+")[0]
        with suppress(OSError):  # another process may sweep at the same time
            ended = not _is_alive(int(pid)) if host == socket.gethostname() and pid.isdecimal() else False
            if ended or entry.stat().st_mtime < yesterday:
                log.info("scratch_swept", entry=entry.name)
                shutil.rmtree(entry) if entry.is_dir() else entry.unlink()


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
