"""Local copies of objects, shared by all processes of a host.

A copy is stored under the hash of its content and verified each time it is opened. The least recently used copies are
evicted first; copies used within the last hour stay, because a worker may be using them. So the limit applies to what is
kept, not to what is needed at once.
"""

import os
import time
from contextlib import AbstractAsyncContextManager, suppress
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import Final

import structlog

from scenewire.artifacts.scratch import Scratch, measure, storage_errors
from scenewire.messages import ArtifactRef

__all__ = ["Cache"]

_IN_USE: Final = timedelta(hours=1)

log = structlog.get_logger(__name__)


class Cache:
    """A folder of copies. Its methods block: call them from a thread.

    Args:
        root: the folder; created when needed.
        limit: size limit, bytes.
        in_use: how long a copy stays after its last use in any case.
    """

    def __init__(self, root: Path, *, limit: int, in_use: timedelta = _IN_USE) -> None:
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
        """Returns a path for a file that is being fetched."""
        with storage_errors(self._root):
            return self._scratch.new_file()

    def find(self, ref: ArtifactRef) -> Path | None:
        """Returns the copy of an artifact; None if there is no intact one."""
        path = self._path(ref)
        with storage_errors(path):
            try:
                if measure(path) == (ref.sha256, ref.size):
                    os.utime(path)
                    return path
            except FileNotFoundError:
                return None
            log.warning("cached_copy_damaged", key=ref.key)
            path.unlink(missing_ok=True)
        return None

    def keep(self, part: Path, ref: ArtifactRef) -> Path:
        """Moves a verified file into the cache, evicts others if needed, and returns its path."""
        path = self._path(ref)
        with storage_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            os.utime(part)
            part.replace(path)
        self._evict()
        return path

    def _path(self, ref: ArtifactRef) -> Path:
        suffix = PurePosixPath(ref.key).suffix  # ffmpeg uses it
        return self._root / "content" / ref.sha256[:2] / f"{ref.sha256}{suffix}"

    def _evict(self) -> None:
        copies = []
        for path in (self._root / "content").glob("*/*"):
            with suppress(OSError):  # another process may evict at the same time
                facts = path.stat()
                copies.append((facts.st_mtime, facts.st_size, path))
        excess = sum(size for _, size, _ in copies) - self._limit
        unused_since = time.time() - self._in_use
        for used, size, path in sorted(copies):
            if excess <= 0 or used > unused_since:
                break
            path.unlink(missing_ok=True)
            excess -= size
            log.debug("cached_copy_evicted", file=path.name)
