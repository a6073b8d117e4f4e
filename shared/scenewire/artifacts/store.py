"""The artifact store: content-addressed files, write-once documents, deliverables under their project.

Layout of every store:

    content/ab/abcdef….wav       a file under its SHA-256; never changes
    results/<stage>/<hash>.json  the result of a stage for inputs with that hash
    output/<project>/…           deliverables of a project; of later revisions in revision-<number>/
    deletions/<project>.json     the mark of a deleted project
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

from scenewire.messages import ArtifactRef, check_key

__all__ = ["ArtifactStore", "StoredFile", "check_disposable", "check_key", "content_key", "output_key"]


_SUFFIXES: Final = {
    "audio/wav": ".wav",
    "audio/mpeg": ".mp3",
    "audio/flac": ".flac",
    "audio/ogg": ".ogg",
    "audio/mp4": ".m4a",
    "video/mp4": ".mp4",
    "video/quicktime": ".mov",
    "video/webm": ".webm",
    "video/x-matroska": ".mkv",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "image/gif": ".gif",
    "image/avif": ".avif",
    "text/vtt": ".vtt",
    "application/x-subrip": ".srt",
    "application/json": ".json",
    "text/plain": ".txt",
}


@dataclass(frozen=True, kw_only=True)
class StoredFile:
    """A file or a document as a store lists it.

    Attributes:
        size: in bytes.
        written: when it was last written.
    """

    key: str
    size: int
    written: datetime


class ArtifactStore(Protocol):
    """The interface of all stores.

    A write is atomic: a reader sees the whole file or none. Errors: `PermanentError` with `artifact_missing` or
    `artifact_corrupt` when a file does not match its reference; `TransientError` with `storage_full` or
    `storage_unavailable` when the store cannot be used at the moment.
    """

    def scratch(self) -> AbstractAsyncContextManager[Path]:
        """Creates a private folder for work in progress; removed on exit. Adding files from it is cheap."""
        ...

    async def add(self, path: Path, media_type: str) -> ArtifactRef:
        """Stores a finished file, from scratch or elsewhere, in `content/` under its hash."""
        ...

    async def deliver(self, key: str, path: Path, media_type: str) -> ArtifactRef:
        """Stores a finished file under a name for people; replaces an older one.

        A cancellation is raised once the file is stored, so that nothing is stored after it.
        """
        ...

    async def open(self, ref: ArtifactRef) -> Path:
        """Returns the path of a local file after verifying its size and hash."""
        ...

    async def require(self, ref: ArtifactRef) -> None:
        """Checks that every host can open a file; a copy on this host is not enough."""
        ...

    async def read_document(self, key: str) -> bytes | None:
        """Returns a small document; None if there is none."""
        ...

    async def write_once(self, key: str, document: bytes) -> bytes:
        """Stores a small document unless there is one; returns the stored one: the first wins."""
        ...

    async def replace_document(self, key: str, document: bytes) -> None:
        """Stores a small document; replaces an older one."""
        ...

    async def remove_output(self, project_id: object) -> None:
        """Removes all deliverables of a project; nothing happens if there are none."""
        ...

    def files(self, folder: str) -> AsyncIterator[Sequence[StoredFile]]:
        """Yields what a folder such as `content` holds, many at a time."""
        ...

    async def discard(self, files: Sequence[StoredFile]) -> None:
        """Removes files of `content/` and `results/`; a stage that needs one makes it again."""
        ...


def check_disposable(key: str) -> str:
    """Returns the key of a file that may be removed.

    Raises:
        ValueError: it is not in `content/` or `results/`.
    """
    if not key.startswith(("content/", "results/")):
        message = f"only files in content/ and results/ can be removed, not {key!r}"
        raise ValueError(message)
    return check_key(key)


def output_key(project_id: object, name: str, *, revision: int = 0) -> str:
    """Returns the key of a deliverable; those of later revisions do not replace earlier ones."""
    folder = f"revision-{revision}/" if revision else ""
    return check_key(f"output/{project_id}/{folder}{name}")


def content_key(digest: str, media_type: str) -> str:
    """Returns the key of a file by its content."""
    return f"content/{digest[:2]}/{digest}{_SUFFIXES.get(media_type, '.bin')}"
