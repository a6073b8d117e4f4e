"""Files of others on their way into our store: copied, bounded, examined, and only then accepted."""

import asyncio
import errno
import os
import shutil
import stat
from pathlib import Path
from typing import Final

from pydantic import BaseModel

from services.sourcing.source import FootageUnavailableError
from shared.artifacts.results import Results, fingerprint
from shared.artifacts.store import ArtifactStore
from shared.contracts import ArtifactRef, SourceFacts
from shared.errors import FailureCode, PermanentError, TransientError
from shared.media.probe import VideoFacts, probe_video

__all__ = ["Accepted", "Intake"]

_VERSION: Final = 1
"""Raised when the same file leads to other facts, or is judged differently."""

_MEDIA_TYPES: Final = {
    ".mp4": "video/mp4",
    ".mov": "video/quicktime",
    ".mkv": "video/x-matroska",
    ".webm": "video/webm",
}


class Accepted(BaseModel):
    """A clip in our store, and what it really contains."""

    file: ArtifactRef
    facts: SourceFacts


class Intake:
    """Takes clips in. One that was accepted before, and has not changed since, costs nothing again.

    Args:
        store: where to.
        largest_file: bytes; a larger one is refused.
    """

    def __init__(self, store: ArtifactStore, *, largest_file: int) -> None:
        self._store = store
        self._largest_file = largest_file
        self._known = Results(store, "sourcing-files")

    async def accept(self, path: Path, *, owner: str) -> Accepted:
        """A file, as it lies in our store.

        Args:
            path: where its owner keeps it.
            owner: the identity of the source.

        Raises:
            FootageUnavailableError: it cannot be read, or is not fit; the message names the file.
            TransientError: the artifact store cannot be used now.
        """
        try:
            found = await asyncio.to_thread(path.stat)
        except OSError as error:
            raise FootageUnavailableError(f"{path.name} cannot be read: {error.strerror}") from error
        inputs = fingerprint(
            version=_VERSION,
            owner=owner,
            path=str(path),
            size=found.st_size,
            changed=found.st_mtime_ns,
            inode=found.st_ino,
        )
        known = await self._known.find(inputs, Accepted)
        return known or await self._known.save(inputs, await self._take_in(path))

    async def _take_in(self, path: Path) -> Accepted:
        """Copies the file and examines the copy: what was examined is what is announced."""
        async with self._store.scratch() as folder:
            copy = folder / f"clip{path.suffix.lower()}"
            try:
                await asyncio.to_thread(_copy, path, copy, self._largest_file)
                facts = await probe_video(copy)
            except PermanentError as error:
                if error.code is not FailureCode.MEDIA_REFUSED:
                    raise
                raise FootageUnavailableError(error.message.replace(copy.name, path.name, 1)) from error
            except OSError as error:
                if error.errno in (errno.ENOSPC, errno.EDQUOT):
                    message = f"there is no room for {path.name}"
                    raise TransientError(FailureCode.STORAGE_FULL, message, hint="free space on that disk") from error
                raise FootageUnavailableError(f"{path.name} is refused: {error.strerror or error}") from error
            file = await self._store.add(copy, _MEDIA_TYPES.get(copy.suffix, "application/octet-stream"))
        return Accepted(file=file, facts=_source_facts(facts))


def _source_facts(facts: VideoFacts) -> SourceFacts:
    numerator, denominator = facts.frame_rate
    return SourceFacts(
        width=facts.display_width,
        height=facts.display_height,
        frame_rate_numerator=numerator,
        frame_rate_denominator=denominator,
        duration_frames=facts.frames,
        video_codec=facts.codec,
    )


def _copy(source: Path, target: Path, largest: int) -> None:
    """Copies a regular file of limited size; a link, pipe or device put in its place meanwhile is not followed."""
    descriptor = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as reader, target.open("wb") as writer:
        found = os.fstat(reader.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise OSError("it is no file")
        if found.st_size > largest:
            raise OSError(f"it has {found.st_size} bytes; {largest} are allowed")
        shutil.copyfileobj(reader, writer, 1 << 20)
