"""Copies or downloads third-party files into the artifact store, within limits and only after probing them.

A clip is stored as it is. A picture is stored as the JPEG that it was converted to: nothing else reads the original.
"""

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
from scenewire.probe.file_types import media_type_of
from scenewire.probe.probe import probe_video
from scenewire.probe.still import is_still, prepare_still
from scenewire_sourcing.providers.base import FootageUnavailableError, LocatedFootage, RemoteFile

__all__ = ["Downloads", "Ingest", "IngestedClip"]

_CACHE_VERSION: Final = 5
"""Bump when the same file leads to other facts or another verdict."""


class IngestedClip(BaseModel):
    """A clip or a still in the artifact store, with its measured facts."""

    file: ArtifactRef
    facts: SourceFacts
    note: str = ""
    """What of the file is not shown, for people."""
    opening: int = 0
    """Frames at the start that are black, or stand."""
    key_frames: tuple[int, ...] = ()
    """Frames at which decoding can begin."""


class Downloads(Protocol):
    """Downloads files into a folder; implemented by `download.Downloader`."""

    async def download(self, remote: RemoteFile, folder: Path) -> Path:
        """Downloads a complete file.

        Raises:
            FootageUnavailableError: the download is not allowed or failed.
            OSError: the file cannot be written.
        """
        ...


class _CachedDownload(BaseModel):
    """A downloaded clip that may be reused for a while."""

    clip: IngestedClip
    since: AwareDatetime


class Ingest:
    """Ingests clips. A clip that was ingested before and has not changed is returned from the cache.

    Args:
        store: keeps the clips.
        max_file_bytes: larger files are refused.
        downloads: downloads remote files; without it, they are refused.
        cache_time: how long all workers on the same store reuse a downloaded clip.
    """

    def __init__(
        self,
        store: ArtifactStore,
        *,
        max_file_bytes: int,
        downloads: Downloads | None = None,
        cache_time: timedelta = timedelta(days=30),
    ) -> None:
        self._store = store
        self._max_file_bytes = max_file_bytes
        self._downloads = downloads
        self._cache_time = cache_time
        self._local_clips = Results(store, "sourcing-files")
        self._downloaded_clips = Results(store, "sourcing-downloads")
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def accept(self, located: LocatedFootage, *, owner: str) -> IngestedClip:
        """Ingests the file of a clip.

        Args:
            located: the clip and its file.
            owner: the identity of its source.

        Raises:
            FootageUnavailableError: the file is unavailable or unusable; the message names it.
            TransientError: the artifact store is unavailable.
        """
        if isinstance(located.place, Path):
            return await self._accept_local(located.place, owner)
        inputs = fingerprint(
            version=_CACHE_VERSION,
            owner=owner,
            id=located.footage.id,
            rendition=located.footage.rendition or located.footage.url,
        )
        # Concurrent scenes that want the same clip download it once.
        async with self._locks.setdefault(inputs, asyncio.Lock()):
            return await self._accept_remote(located.place, inputs, name=located.footage.title or located.footage.id)

    async def accept_stored(self, file: ArtifactRef, *, name: str) -> IngestedClip:
        """Ingests a file that is in the store already.

        Raises:
            FootageUnavailableError: the file is unusable; the message names it.
            PermanentError: `artifact_missing` or `artifact_corrupt`.
            TransientError: the artifact store is unavailable.
        """
        inputs = fingerprint(version=_CACHE_VERSION, stored=file.sha256)

        async def copy(folder: Path) -> Path:
            return await self._copied(await self._store.open(file), folder)

        return await self._accept_copy(inputs, copy, name=name)

    async def _accept_local(self, path: Path, owner: str) -> IngestedClip:
        try:
            status = await asyncio.to_thread(path.stat)
        except OSError as error:
            raise FootageUnavailableError(f"{path.name} cannot be read: {error.strerror}") from error
        inputs = fingerprint(
            version=_CACHE_VERSION,
            owner=owner,
            path=str(path),
            size=status.st_size,
            changed=status.st_mtime_ns,
            inode=status.st_ino,
        )

        async def copy(folder: Path) -> Path:
            return await self._copied(path, folder)

        return await self._accept_copy(inputs, copy, name=path.name)

    async def _accept_copy(self, inputs: str, copy: Callable[[Path], Awaitable[Path]], *, name: str) -> IngestedClip:
        # Concurrent scenes that want the same clip copy and probe it once.
        async with self._locks.setdefault(inputs, asyncio.Lock()):
            known = await self._local_clips.find(inputs, IngestedClip)
            return known or await self._local_clips.save(inputs, await self._ingest_file(copy, name=name))

    async def _copied(self, path: Path, folder: Path) -> Path:
        target = folder / f"clip{path.suffix.lower()}"
        await asyncio.to_thread(_copy, path, target, self._max_file_bytes)
        return target

    async def _accept_remote(self, remote: RemoteFile, inputs: str, *, name: str) -> IngestedClip:
        cached = await self._downloaded_clips.find(inputs, _CachedDownload)
        if cached is not None and datetime.now(UTC) < cached.since + self._cache_time:
            return cached.clip
        downloads = self._downloads
        if downloads is None:
            raise FootageUnavailableError(f"{name} is a remote file, and no server has hosts to download from")

        async def download(folder: Path) -> Path:
            return await downloads.download(remote, folder)

        clip = await self._ingest_file(download, name=name)
        await self._downloaded_clips.replace(inputs, _CachedDownload(clip=clip, since=datetime.now(UTC)))
        return clip

    async def _ingest_file(self, provide: Callable[[Path], Awaitable[Path]], *, name: str) -> IngestedClip:
        """Puts a file into a scratch folder and probes it there, so that the probed file is the published one."""
        async with self._store.scratch() as folder:
            with _refusals(name):
                copy = await provide(folder)
                still = await asyncio.to_thread(is_still, copy)
            try:
                return await (self._ingest_still(copy, name) if still else self._ingest_clip(copy))
            except PermanentError as error:
                if error.code is not FailureCode.MEDIA_REFUSED:
                    raise
                raise FootageUnavailableError(error.message.replace(copy.name, name, 1)) from error

    async def _ingest_clip(self, copy: Path) -> IngestedClip:
        facts = await probe_video(copy)
        file = await self._store.add(copy, media_type_of(copy))
        return IngestedClip(file=file, facts=facts.as_source(), opening=facts.opening, key_frames=facts.key_frames)

    async def _ingest_still(self, copy: Path, name: str) -> IngestedClip:
        prepared = copy.with_name("still.jpg")
        with _refusals(name):
            facts = await prepare_still(copy, prepared)
        file = await self._store.add(prepared, "image/jpeg")
        note = "only the first picture of its animation is shown" if facts.animated else ""
        return IngestedClip(file=file, facts=facts.as_source(), note=note)


@contextmanager
def _refusals(name: str) -> Iterator[None]:
    """Turns errors while a file is copied or downloaded into errors that name the file."""
    try:
        yield
    except FootageUnavailableError as error:
        raise FootageUnavailableError(f"{name} is refused: {error}") from error
    except OSError as error:
        if is_disk_full(error):
            raise storage_failure(error, f"no space left for {name}") from error
        raise FootageUnavailableError(f"{name} is refused: {error.strerror or error}") from error


def _copy(source: Path, target: Path, max_bytes: int) -> None:
    """Copies a regular file of limited size; refuses a link, pipe or device that was swapped in meanwhile."""
    descriptor = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as reader, target.open("wb") as writer:
        status = os.fstat(reader.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise OSError("it is not a regular file")
        if status.st_size > max_bytes:
            raise OSError(f"it has {status.st_size} bytes; the limit is {max_bytes}")
        shutil.copyfileobj(reader, writer, 1 << 20)
