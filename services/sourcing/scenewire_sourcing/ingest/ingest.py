"""Files of others on their way into our store: copied or downloaded, bounded, examined, and only then accepted."""

import asyncio
import os
import shutil
import stat
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Protocol
from weakref import WeakValueDictionary

from pydantic import AwareDatetime, BaseModel

from scenewire.artifacts.result_cache import Results, fingerprint
from scenewire.artifacts.store import ArtifactStore
from scenewire.errors import FailureCode, PermanentError, is_disk_full, storage_failure
from scenewire.messages import ArtifactRef, SourceFacts
from scenewire.probe.probe import probe_video
from scenewire_sourcing.providers.base import FootageUnavailableError, LocatedFootage, RemoteFile

__all__ = ["Ingest", "IngestedClip"]

_VERSION: Final = 3
"""Raised when the same file leads to other facts, or is judged differently."""

_MEDIA_TYPES: Final = {
    ".mp4": "video/mp4",
    ".mov": "video/quicktime",
    ".mkv": "video/x-matroska",
    ".webm": "video/webm",
}


class IngestedClip(BaseModel):
    """A clip in our store, and what it really contains."""

    file: ArtifactRef
    facts: SourceFacts


class Downloads(Protocol):
    """What fetches a file into a folder; `download.Downloader` is one."""

    async def download(self, remote: RemoteFile, folder: Path) -> Path:
        """Fetches a file whole.

        Raises:
            FootageUnavailableError: it may not or cannot be had.
            OSError: it cannot be written.
        """
        ...


class _Kept(BaseModel):
    """A downloaded clip that may be used again for a while."""

    clip: IngestedClip
    since: AwareDatetime


class Ingest:
    """Takes clips in. One that was accepted before, and has not changed since, costs nothing again.

    Args:
        store: where to.
        largest_file: bytes; a larger one is refused.
        downloads: fetches what does not lie here; without it such clips cannot be had.
        keep: how long a downloaded clip is used again, by every worker on the same store.
    """

    def __init__(
        self,
        store: ArtifactStore,
        *,
        largest_file: int,
        downloads: Downloads | None = None,
        keep: timedelta = timedelta(days=30),
    ) -> None:
        self._store = store
        self._largest_file = largest_file
        self._downloads = downloads
        self._keep = keep
        self._known = Results(store, "sourcing-files")
        self._downloaded = Results(store, "sourcing-downloads")
        self._busy: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def accept(self, located: LocatedFootage, *, owner: str) -> IngestedClip:
        """A file, as it lies in our store.

        Args:
            located: where it is.
            owner: the identity of the source.

        Raises:
            FootageUnavailableError: it cannot be had, or is not fit; the message names the file.
            TransientError: the artifact store cannot be used now.
        """
        if isinstance(located.place, Path):
            return await self._accept_local(located.place, owner)
        inputs = fingerprint(
            version=_VERSION,
            owner=owner,
            id=located.footage.id,
            rendition=located.footage.rendition or located.footage.url,
        )
        # Two scenes that want the same clip download it once.
        async with self._busy.setdefault(inputs, asyncio.Lock()):
            return await self._accept_remote(located.place, inputs, name=located.footage.title or located.footage.id)

    async def _accept_local(self, path: Path, owner: str) -> IngestedClip:
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

        async def copy(folder: Path) -> Path:
            target = folder / f"clip{path.suffix.lower()}"
            await asyncio.to_thread(_copy, path, target, self._largest_file)
            return target

        known = await self._known.find(inputs, IngestedClip)
        return known or await self._known.save(inputs, await self._take_in(copy, name=path.name))

    async def _accept_remote(self, remote: RemoteFile, inputs: str, *, name: str) -> IngestedClip:
        kept = await self._downloaded.find(inputs, _Kept)
        if kept is not None and datetime.now(UTC) < kept.since + self._keep:
            return kept.clip
        downloads = self._downloads
        if downloads is None:
            raise FootageUnavailableError(f"{name} is elsewhere, and downloads are not set up")

        async def download(folder: Path) -> Path:
            return await downloads.download(remote, folder)

        clip = await self._take_in(download, name=name)
        await self._downloaded.replace(inputs, _Kept(clip=clip, since=datetime.now(UTC)))
        return clip

    async def _take_in(self, bring: Callable[[Path], Awaitable[Path]], *, name: str) -> IngestedClip:
        """Has a file brought into a folder and examines it there: what was examined is what is announced."""
        async with self._store.scratch() as folder:
            with _refusals(name):
                copy = await bring(folder)
            try:
                facts = await probe_video(copy)
            except PermanentError as error:
                if error.code is not FailureCode.MEDIA_REFUSED:
                    raise
                raise FootageUnavailableError(error.message.replace(copy.name, name, 1)) from error
            file = await self._store.add(copy, _MEDIA_TYPES.get(copy.suffix, "application/octet-stream"))
        return IngestedClip(file=file, facts=facts.as_source())


@contextmanager
def _refusals(name: str) -> Iterator[None]:
    """Failures to bring a file as errors that name it."""
    try:
        yield
    except FootageUnavailableError as error:
        raise FootageUnavailableError(f"{name} is refused: {error}") from error
    except OSError as error:
        if is_disk_full(error):
            raise storage_failure(error, f"there is no room for {name}") from error
        raise FootageUnavailableError(f"{name} is refused: {error.strerror or error}") from error


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
