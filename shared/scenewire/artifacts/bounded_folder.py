"""A folder of limited size, shared by all processes of a host, for files that can be fetched or made again.

The least recently used files are removed first; files used within the last hour stay, because somebody may be reading
them. So the limit applies to what is kept, not to what is needed at once.
"""

import os
import time
from contextlib import AbstractAsyncContextManager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Final

import structlog

from scenewire.artifacts.scratch import Scratch, storage_errors

__all__ = ["IN_USE", "BoundedFolder"]

IN_USE: Final = timedelta(hours=1)

log = structlog.get_logger(__name__)


class BoundedFolder:
    """Its methods block: call them from a thread.

    Args:
        root: the folder; created when needed.
        limit: size limit, bytes.
        in_use: how long a file stays after its last use in any case.
    """

    def __init__(self, root: Path, *, limit: int, in_use: timedelta = IN_USE) -> None:
        self._root = root
        self._limit = limit
        self._in_use = in_use.total_seconds()
        self._scratch = Scratch(root / "scratch")

    def scratch(self) -> AbstractAsyncContextManager[Path]:
        """Creates a private folder on the same disk; it is removed on exit."""
        return self._scratch.folder()

    def holds_scratch(self, path: Path) -> bool:
        """Returns whether a file is in a scratch folder and may be moved."""
        return self._scratch.holds(path)

    def new_file(self) -> Path:
        """Returns a path for an unfinished file."""
        with storage_errors(self._root):
            return self._scratch.new_file()

    def find(self, name: str) -> Path | None:
        """Returns the path of a file, which counts as used now; None if there is none.

        Args:
            name: starts with the hash of what it is made of.
        """
        path = self._path(name)
        with storage_errors(path):
            try:
                os.utime(path)
            except FileNotFoundError:
                return None
        return path

    def keep(self, part: Path, name: str) -> Path:
        """Moves a finished file into the folder, removes others if needed, and returns its path."""
        path = self._path(name)
        with storage_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            os.utime(part)
            part.replace(path)
        self._evict()
        return path

    def remove(self, name: str) -> None:
        """Removes a file, if it is there."""
        path = self._path(name)
        with storage_errors(path):
            path.unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self._root / "content" / name[:2] / name

    def _evict(self) -> None:
        files = []
        for path in (self._root / "content").glob("*/*"):
            with suppress(OSError):  # another process may evict at the same time
                facts = path.stat()
                files.append((facts.st_mtime, facts.st_size, path))
        excess = sum(size for _, size, _ in files) - self._limit
        unused_since = time.time() - self._in_use
        for used, size, path in sorted(files):
            if excess <= 0 or used > unused_since:
                break
            path.unlink(missing_ok=True)
            excess -= size
            log.debug("cached_file_evicted", file=path.name)
