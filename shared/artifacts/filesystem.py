"""A store in a folder. Workers on one host share it and read files where they lie."""

import asyncio
import errno
import hashlib
import os
import shutil
import socket
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Final

import structlog
from typing_extensions import override

from shared.artifacts.store import ArtifactStore, check_key
from shared.contracts import ArtifactRef
from shared.errors import FailureCode, PermanentError, TransientError

__all__ = ["FilesystemStore"]

_STALE: Final = timedelta(days=1)

_SUFFIXES: Final = {
    "audio/wav": ".wav",
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


log = structlog.get_logger(__name__)


class FilesystemStore(ArtifactStore):
    """See `ArtifactStore`. Every write goes to a temporary name, is synced, then renamed."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._temporary = root / "scratch"
        self._swept = False

    @override
    @asynccontextmanager
    async def scratch(self) -> AsyncIterator[Path]:
        folder = self._temporary / _own_name()
        with _storage_errors(folder):
            folder.mkdir(parents=True)
        if not self._swept:
            self._swept = True
            await asyncio.to_thread(_sweep, self._temporary)
        try:
            yield folder
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    @override
    async def add(self, path: Path, media_type: str) -> ArtifactRef:
        return await asyncio.to_thread(self._add, path, media_type)

    @override
    async def deliver(self, key: str, path: Path, media_type: str) -> ArtifactRef:
        return await asyncio.to_thread(self._deliver, check_key(key), path, media_type)

    @override
    async def open(self, ref: ArtifactRef) -> Path:
        return await asyncio.to_thread(self._open, ref)

    @override
    async def read_document(self, key: str) -> bytes | None:
        path = self._root / check_key(key)
        with _storage_errors(path):
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

    def _add(self, path: Path, media_type: str) -> ArtifactRef:
        digest, size = _measure(path)
        key = f"content/{digest[:2]}/{digest}{_SUFFIXES.get(media_type, '.bin')}"
        ref = ArtifactRef(key=key, sha256=digest, size=size, media_type=media_type)
        target = self._root / key
        if not (target.exists() and _measure(target) == (digest, size)):
            self._place(path, target)
        return ref

    def _deliver(self, key: str, path: Path, media_type: str) -> ArtifactRef:
        digest, size = _measure(path)
        self._place(path, self._root / key)
        return ArtifactRef(key=key, sha256=digest, size=size, media_type=media_type)

    def _place(self, source: Path, target: Path) -> None:
        """Moves a file out of scratch; copies one that belongs to somebody else."""
        with _storage_errors(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_relative_to(self._temporary):
                _sync(source)
                source.replace(target)
            else:
                with self._part(target) as part:
                    shutil.copyfile(source, part)
            _sync(target.parent)

    def _open(self, ref: ArtifactRef) -> Path:
        path = self._root / check_key(ref.key)
        with _storage_errors(path):
            try:
                found = _measure(path)
            except FileNotFoundError:
                raise PermanentError(
                    FailureCode.ARTIFACT_MISSING,
                    f"artifact {ref.key} is not in the store",
                    hint="order again; if files vanish, check what else cleans the artifact folder",
                ) from None
        if found != (ref.sha256, ref.size):
            raise PermanentError(
                FailureCode.ARTIFACT_CORRUPT,
                f"artifact {ref.key} is not the file that was announced: {found[1]} bytes instead of {ref.size}, "
                f"or other content",
                hint="check the disk, remove the file and order again",
            )
        return path

    def _write_once(self, path: Path, document: bytes) -> bytes:
        with _storage_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            part = self._temporary_file()
            try:
                part.write_bytes(document)
                _sync(part)
                try:
                    os.link(part, path)  # fails when the name is taken, unlike a rename
                except FileExistsError:
                    return path.read_bytes()
                _sync(path.parent)
            finally:
                part.unlink(missing_ok=True)
        return document

    def _replace(self, path: Path, document: bytes) -> None:
        with _storage_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            with self._part(path) as part:
                part.write_bytes(document)
            _sync(path.parent)

    def _temporary_file(self) -> Path:
        self._temporary.mkdir(parents=True, exist_ok=True)
        return self._temporary / _own_name()

    @contextmanager
    def _part(self, target: Path) -> Iterator[Path]:
        """A temporary file that becomes `target` when the block ends well."""
        part = self._temporary_file()
        try:
            yield part
            _sync(part)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)


def _own_name() -> str:
    """A name that says whose it is, so that what a killed process leaves behind can be told from work in progress."""
    return f"{socket.gethostname()}+{os.getpid()}+{uuid.uuid4().hex}"


def _sweep(temporary: Path) -> None:
    """Removes what processes that have ended left behind: at once on this host, after a day on others."""
    yesterday = time.time() - _STALE.total_seconds()
    for entry in temporary.iterdir():
        host, _, rest = entry.name.partition("+")
        pid = rest.partition("+")[0]
        with suppress(OSError):  # another process sweeps too
            ended = not _is_alive(int(pid)) if host == socket.gethostname() and pid.isdecimal() else False
            if ended or entry.stat().st_mtime < yesterday:
                log.info("scratch_swept", entry=entry.name)
                shutil.rmtree(entry) if entry.is_dir() else entry.unlink()


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _measure(path: Path) -> tuple[str, int]:
    """SHA-256 and size in bytes."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return digest, os.fstat(file.fileno()).st_size


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _storage_errors(path: Path) -> Iterator[None]:
    """An operating system's refusal as an error that says what to do."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise TransientError(
            FailureCode.STORAGE_FULL if full else FailureCode.STORAGE_UNAVAILABLE,
            f"cannot use the artifact folder at {path}: {error.strerror}",
            hint="free space on that disk" if full else "check that the folder exists and may be written",
        ) from error
