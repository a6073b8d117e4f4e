"""A store in a folder. Workers of one host share it and read files in place."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from datetime import UTC, datetime
from pathlib import Path

from typing_extensions import override

from scenewire.accounting import charge
from scenewire.artifacts.finishing import finish
from scenewire.artifacts.scratch import Scratch, measure, storage_errors, sync
from scenewire.artifacts.store import ArtifactStore, StoredFile, check_disposable, check_key, content_key
from scenewire.errors import FailureCode, PermanentError
from scenewire.failpoints import Point, failpoint
from scenewire.messages import ArtifactRef
from scenewire.observability.tracing import span

__all__ = ["FilesystemStore"]


class FilesystemStore(ArtifactStore):
    """See `ArtifactStore`. Every file is written to a temporary name, synced, and renamed."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._scratch = Scratch(root / "scratch")

    @override
    def scratch(self) -> AbstractAsyncContextManager[Path]:
        return self._scratch.folder()

    @override
    async def add(self, path: Path, media_type: str) -> ArtifactRef:
        with span("store artifact", media_type=media_type) as current:
            ref = await asyncio.to_thread(self._add, path, media_type)
            current.set_attribute("scenewire.bytes", ref.size)
            return ref

    @override
    async def deliver(self, key: str, path: Path, media_type: str) -> ArtifactRef:
        with span("store artifact", media_type=media_type) as current:
            ref = await finish(asyncio.to_thread(self._deliver, check_key(key), path, media_type))
            current.set_attribute("scenewire.bytes", ref.size)
            return ref

    @override
    async def open(self, ref: ArtifactRef) -> Path:
        with span("open artifact", media_type=ref.media_type, bytes=ref.size):
            return await asyncio.to_thread(self._open, ref)

    @override
    async def require(self, ref: ArtifactRef) -> None:
        await self.open(ref)

    @override
    async def read_document(self, key: str) -> bytes | None:
        path = self._root / check_key(key)
        with storage_errors(path):
            try:
                return await asyncio.to_thread(path.read_bytes)
            except FileNotFoundError:
                return None

    @override
    async def write_once(self, key: str, document: bytes) -> bytes:
        return await asyncio.to_thread(self._write_once, self._root / check_key(key), document)

    @override
    async def replace_document(self, key: str, document: bytes) -> None:
        await asyncio.to_thread(self._replace, self._root / check_key(key), document)

    @override
    async def remove_output(self, project_id: object) -> None:
        await asyncio.to_thread(self._remove, self._root / check_key(f"output/{project_id}"))

    @override
    async def files(self, folder: str) -> AsyncIterator[Sequence[StoredFile]]:
        root = self._root / check_key(folder)
        for path in await asyncio.to_thread(lambda: [Path(folder) for folder, _, _ in os.walk(root)]):
            if found := await asyncio.to_thread(self._list, path):
                yield found

    @override
    async def discard(self, files: Sequence[StoredFile]) -> None:
        await asyncio.to_thread(self._discard, [check_disposable(file.key) for file in files])

    def _list(self, folder: Path) -> list[StoredFile]:
        found = []
        with storage_errors(folder), suppress(FileNotFoundError), os.scandir(folder) as entries:
            for entry in entries:
                with suppress(FileNotFoundError):  # others may be removing the same files
                    if entry.is_file(follow_symlinks=False):
                        found.append(self._listed(entry))
        return found

    def _listed(self, entry: "os.DirEntry[str]") -> StoredFile:
        facts = entry.stat(follow_symlinks=False)
        return StoredFile(
            key=Path(entry.path).relative_to(self._root).as_posix(),
            size=facts.st_size,
            written=datetime.fromtimestamp(facts.st_mtime, UTC),
        )

    def _remove(self, folder: Path) -> None:
        with storage_errors(folder):
            shutil.rmtree(folder, onerror=_raise_unless_missing)

    def _discard(self, keys: Sequence[str]) -> None:
        for key in keys:
            path = self._root / key
            with storage_errors(path):
                path.unlink(missing_ok=True)

    def _add(self, path: Path, media_type: str) -> ArtifactRef:
        digest, size = measure(path)
        key = content_key(digest, media_type)
        ref = ArtifactRef(key=key, sha256=digest, size=size, media_type=media_type)
        target = self._root / key
        if not self._is_intact(target, digest, size):
            self._move_or_copy(path, target)
            charge(bytes_stored=size)
        return ref

    def _is_intact(self, target: Path, digest: str, size: int) -> bool:
        """Returns whether a file is stored, which then counts as written now, so that it is not removed as an old one."""
        with suppress(FileNotFoundError):
            os.utime(target)
            return measure(target) == (digest, size)
        return False

    def _deliver(self, key: str, path: Path, media_type: str) -> ArtifactRef:
        digest, size = measure(path)
        self._move_or_copy(path, self._root / key)
        charge(bytes_stored=size)
        return ArtifactRef(key=key, sha256=digest, size=size, media_type=media_type)

    def _move_or_copy(self, source: Path, target: Path) -> None:
        """Moves a file from scratch; copies one from elsewhere."""
        with storage_errors(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            if self._scratch.holds(source):
                sync(source)
                failpoint(Point.WRITTEN)
                source.replace(target)
            else:
                with self._scratch.part(target) as part:
                    shutil.copyfile(source, part)
            sync(target.parent)

    def _open(self, ref: ArtifactRef) -> Path:
        path = self._root / check_key(ref.key)
        with storage_errors(path):
            try:
                found = measure(path)
            except FileNotFoundError:
                raise PermanentError(
                    FailureCode.ARTIFACT_MISSING,
                    f"artifact {ref.key} is not in the store",
                    hint="order again; if files disappear, check what else removes files from the artifact folder",
                ) from None
        if found != (ref.sha256, ref.size):
            raise PermanentError(
                FailureCode.ARTIFACT_CORRUPT,
                f"artifact {ref.key} does not match its reference: {found[1]} bytes instead of {ref.size}, "
                f"or other content",
                hint="check the disk, remove the file and order again",
            )
        return path

    def _write_once(self, path: Path, document: bytes) -> bytes:
        with storage_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            part = self._scratch.new_file()
            try:
                part.write_bytes(document)
                sync(part)
                failpoint(Point.WRITTEN)
                try:
                    os.link(part, path)  # unlike a rename, this fails if the name exists
                except FileExistsError:
                    return path.read_bytes()
                sync(path.parent)
            finally:
                part.unlink(missing_ok=True)
        return document

    def _replace(self, path: Path, document: bytes) -> None:
        with storage_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            with self._scratch.part(path) as part:
                part.write_bytes(document)
            sync(path.parent)


def _raise_unless_missing(
    _remove: object, _path: str, raised: tuple[type[BaseException], BaseException, object]
) -> None:
    """Handles errors of `rmtree`; others may be removing the same files."""
    if not isinstance(raised[1], FileNotFoundError):
        raise raised[1]
