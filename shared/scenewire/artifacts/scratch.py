"""Files on this host: measured, synced, in folders of their own while they are being made."""

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

__all__ = ["Scratch", "measure", "storage_errors", "sync"]

_STALE: Final = timedelta(days=1)

log = structlog.get_logger(__name__)


class Scratch:
    """Where processes keep what is not finished; what a killed one leaves behind is swept by the next.

    Args:
        root: the folder; made when it is needed.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._swept = False

    @asynccontextmanager
    async def folder(self) -> AsyncIterator[Path]:
        """A private folder, removed on exit."""
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
        """Whether a file is one of ours, to be moved away rather than copied."""
        return path.is_relative_to(self._root)

    def new_file(self) -> Path:
        """A name for a temporary file."""
        self._root.mkdir(parents=True, exist_ok=True)
        return self._root / _own_name()

    @contextmanager
    def part(self, target: Path) -> Iterator[Path]:
        """A temporary file that becomes `target` when the block ends well."""
        part = self.new_file()
        try:
            yield part
            sync(part)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)


def measure(path: Path) -> tuple[str, int]:
    """SHA-256 and size in bytes."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return digest, os.fstat(file.fileno()).st_size


def sync(path: Path) -> None:
    """Has a file, or the names in a folder, written to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """An operating system's refusal as an error that says what to do.

    Raises:
        TransientError: `storage_full` or `storage_unavailable`.
        FileNotFoundError: as it comes; what is missing is for the caller to say.
    """
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        raise storage_failure(error, f"cannot use the artifact folder at {path}") from error


def _own_name() -> str:
    """A name that says whose it is, so that what a killed process leaves behind can be told from work in progress."""
    return f"{socket.gethostname()}+{os.getpid()}+{uuid.uuid4().hex}"


def _sweep(temporary: Path) -> None:
    """Removes what processes that have ended left behind: at once on this host, after a day on others."""
    yesterday = time.time() - _STALE.total_seconds()
    for entry in temporary.iterdir():
        host, _, rest = entry.name.partition("+")
        pid = rest.partition("+")[0]
        with suppress(OSError):  # another process sweeps too
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
