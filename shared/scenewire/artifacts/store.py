"""The artifact store: content-addressed files, write-once documents, deliverables under their project.

Layout of every store:

    content/ab/abcdef….wav     a file under its own SHA-256; never changes
    results/<stage>/<hash>.json  what a stage made of the inputs with that hash
    output/<project>/…         what the customer takes away
"""

from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Final, Protocol

from scenewire.messages import ArtifactRef, check_key

__all__ = ["ArtifactStore", "check_key", "content_key", "output_key"]


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
    "text/vtt": ".vtt",
    "application/x-subrip": ".srt",
    "application/json": ".json",
    "text/plain": ".txt",
}


class ArtifactStore(Protocol):
    """What every store promises, whatever it is made of.

    A write is atomic: a reader sees the whole file or none. Errors: `PermanentError` with `artifact_missing` or
    `artifact_corrupt` when a file is not what its reference says; `TransientError` with `storage_full` or
    `storage_unavailable` when the store cannot be used now.
    """

    def scratch(self) -> AbstractAsyncContextManager[Path]:
        """A private folder for work in progress; removed on exit, and cheap to add files from."""
        ...

    async def add(self, path: Path, media_type: str) -> ArtifactRef:
        """Takes a finished file, from scratch or elsewhere, into `content/` under its own hash."""
        ...

    async def deliver(self, key: str, path: Path, media_type: str) -> ArtifactRef:
        """Takes a finished file in under a name for people; an older one is replaced."""
        ...

    async def open(self, ref: ArtifactRef) -> Path:
        """The path of a local file whose size and hash were just compared with the reference."""
        ...

    async def read_document(self, key: str) -> bytes | None:
        """A small stored document, None if there is none."""
        ...

    async def write_once(self, key: str, document: bytes) -> bytes:
        """Stores a small document unless there is one; returns the one that is stored: the first wins."""
        ...

    async def replace_document(self, key: str, document: bytes) -> None:
        """Stores a small document in place of any older one."""
        ...


def output_key(project_id: object, name: str) -> str:
    """Where a deliverable of a project lies."""
    return check_key(f"output/{project_id}/{name}")


def content_key(digest: str, media_type: str) -> str:
    """Where a file with a certain content lies."""
    return f"content/{digest[:2]}/{digest}{_SUFFIXES.get(media_type, '.bin')}"
