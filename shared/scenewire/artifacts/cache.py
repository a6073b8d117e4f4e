"""Local copies of objects in a bounded folder: stored under the hash of their content, and verified when they are opened."""

from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path, PurePosixPath

import structlog

from scenewire.artifacts.bounded_folder import IN_USE, BoundedFolder
from scenewire.artifacts.scratch import measure, storage_errors
from scenewire.messages import ArtifactRef

__all__ = ["Cache"]

log = structlog.get_logger(__name__)


class Cache:
    """A folder of copies. Its methods block: call them from a thread.

    Args:
        root: the folder; created when needed.
        limit: size limit, bytes.
        in_use: how long a copy stays after its last use in any case.
    """

    def __init__(self, root: Path, *, limit: int, in_use: timedelta = IN_USE) -> None:
        self._folder = BoundedFolder(root, limit=limit, in_use=in_use)

    def scratch(self) -> AbstractAsyncContextManager[Path]:
        """Creates a private folder on the same disk; it is removed on exit."""
        return self._folder.scratch()

    def holds_scratch(self, path: Path) -> bool:
        """Returns whether a file is in a scratch folder and may be moved."""
        return self._folder.holds_scratch(path)

    def new_file(self) -> Path:
        """Returns a path for a file that is being fetched."""
        return self._folder.new_file()

    def find(self, ref: ArtifactRef) -> Path | None:
        """Returns the copy of an artifact; None if there is no intact one."""
        name = _name(ref)
        path = self._folder.find(name)
        if path is None:
            return None
        with storage_errors(path):
            try:
                if measure(path) == (ref.sha256, ref.size):
                    return path
            except FileNotFoundError:
                return None  # evicted by another process
        log.warning("cached_copy_damaged", key=ref.key)
        self._folder.remove(name)
        return None

    def keep(self, part: Path, ref: ArtifactRef) -> Path:
        """Moves a verified file into the cache, evicts others if needed, and returns its path."""
        return self._folder.keep(part, _name(ref))


def _name(ref: ArtifactRef) -> str:
    return f"{ref.sha256}{PurePosixPath(ref.key).suffix}"  # ffmpeg uses the suffix
