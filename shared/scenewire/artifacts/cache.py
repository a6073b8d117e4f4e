"""Local copies of what lies in an object store, shared by all processes of a host.

A copy lies under its content's hash, and is compared with it each time it is handed out. What was used least recently
goes first when there is too much; what was used within the last hour stays, because somebody may be working with it. So
the limit is one of what is kept, not of what is needed at once.
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
    """A folder of copies. It blocks: call it from a thread.

    Args:
        root: the folder; made when it is needed.
        limit: bytes to keep.
        in_use: how long a copy that was handed out stays in any case.
    """

    def __init__(self, root: Path, *, limit: int, in_use: timedelta = _IN_USE) -> None:
        self._root = root
        self._limit = limit
        self._in_use = in_use.total_seconds()
        self._scratch = Scratch(root / "scratch")

    def scratch(self) -> AbstractAsyncContextManager[Path]:
        """A private folder on the same disk, removed on exit."""
        return self._scratch.folder()

    def holds_scratch(self, path: Path) -> bool:
        """Whether a file lies in a scratch folder of ours and may be moved."""
        return self._scratch.holds(path)

    def new_file(self) -> Path:
        """A name for a file that is being fetched."""
        with storage_errors(self._root):
            return self._scratch.new_file()

    def find(self, ref: ArtifactRef) -> Path | None:
        """The copy of an artifact, if there is one and it is what it should be."""
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
        """Takes in a file that was measured, and makes room for it; returns where it lies now."""
        path = self._path(ref)
        with storage_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            os.utime(part)
            part.replace(path)
        self._evict()
        return path

    def _path(self, ref: ArtifactRef) -> Path:
        suffix = PurePosixPath(ref.key).suffix  # which ffmpeg looks at
        return self._root / "content" / ref.sha256[:2] / f"{ref.sha256}{suffix}"

    def _evict(self) -> None:
        copies = []
        for path in (self._root / "content").glob("*/*"):
            with suppress(OSError):  # another process evicts too
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
