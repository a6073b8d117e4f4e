"""Installs the files of a place into a folder, and removes them.

Files are fetched into a hidden folder beside the installed ones, verified there, and renamed into place, in an order in which a
folder is never complete before all of it is there. A lock keeps two installations apart.
"""

import asyncio
import fcntl
import json
import os
import shutil
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Protocol

from scenewire.errors import FailureCode, PermanentError, PipelineError, is_disk_full
from scenewire.installation.files import is_intact
from scenewire.installation.progress import Progress
from scenewire.installation.published import PublishedFile, Subject

__all__ = ["Cost", "Outcome", "Place", "Removed", "install", "installed_files", "remove"]

_STAGING: Final = ".installing"
_MANIFEST: Final = "installed.json"
_LOCK: Final = ".lock"
_LOCK_POLL_S: Final = 0.2

_RESERVE_BYTES: Final = 64 << 20
"""Must stay free on the disk."""


@dataclass(frozen=True)
class Cost:
    """What fetching files takes, in bytes."""

    download: int
    disk: int
    """At the peak; the files themselves included."""


class Place(Protocol):
    """Where files come from."""

    @property
    def label(self) -> str:
        """Names the place in messages."""
        ...

    async def files(self, staging: Path) -> Sequence[PublishedFile]:
        """Returns all files that the place provides; may unpack into the staging folder."""
        ...

    def cost(self, wanted: Sequence[PublishedFile]) -> Cost:
        """Returns what fetching these files takes."""
        ...

    async def fetch(self, wanted: Sequence[PublishedFile], staging: Path, progress: Progress) -> list[PublishedFile]:
        """Puts verified files into the staging folder; returns those that are there.

        Raises:
            TransientError: the subject is unavailable: the place cannot be reached.
            PermanentError: likewise, if its files are not usable.
            OSError: a file cannot be written.
        """
        ...


@dataclass(frozen=True)
class Outcome:
    """What an installation did."""

    place: str
    is_new: bool
    """Whether anything was fetched; otherwise it was there already."""


@dataclass(frozen=True)
class Removed:
    """What became of the files of an installation."""

    removed: tuple[str, ...]
    kept: tuple[str, ...]
    """Files that were changed after the installation, which are somebody's own now."""


async def install(
    folder: Path,
    places: Sequence[Place],
    subject: Subject,
    progress: Progress,
    *,
    last: tuple[str, ...] = (),
    is_complete: Callable[[], bool] = lambda: False,
) -> Outcome:
    """Installs the files of the first place that has them; does nothing if they are there.

    After an interrupt, the same call continues. Two at once wait for each other.

    Args:
        folder: created if necessary.
        places: to try, in order.
        subject: what is installed.
        progress: shows what happens.
        last: endings of files that come into the folder after all others.
        is_complete: whether no place needs to be asked; blocks.

    Raises:
        TransientError: the subject is unavailable: no place can be reached.
        PermanentError: likewise, if its files cannot be used; `invalid_settings`, others are in the way; `storage_full` or
            `storage_unavailable`, the folder cannot be written.
    """
    try:
        async with _locked(folder, subject, progress):
            if await asyncio.to_thread(is_complete):
                return Outcome("an earlier installation", is_new=False)
            installation = _Installation(folder, subject, progress, last)
            (folder / _STAGING).mkdir(exist_ok=True)
            for place in places[:-1]:
                try:
                    return await installation.install(place)
                except PipelineError as error:
                    if error.code != subject.unavailable:
                        raise
                    progress.note(f"{error.message}; trying {places[-1].label}")
            return await installation.install(places[-1])
    except OSError as error:
        full = is_disk_full(error)
        raise PermanentError(
            FailureCode.STORAGE_FULL if full else FailureCode.STORAGE_UNAVAILABLE,
            f"cannot write to {folder}: {error.strerror or error}",
            hint="free space on that disk, then run the same command to continue"
            if full
            else "choose another with --to",
        ) from error


async def remove(folder: Path, subject: Subject, progress: Progress) -> Removed:
    """Removes the files that `install` wrote, and the folder if it is empty then.

    Raises:
        PermanentError: `invalid_settings`, nothing was installed there; `storage_unavailable`, a file cannot be removed.
    """
    if not _has_installation(folder):
        raise PermanentError(
            FailureCode.INVALID_SETTINGS,
            f"`{subject.command}` has installed nothing in {folder}",
            hint="name another folder with --from; remove files of your own yourself",
        )
    try:
        async with _locked(folder, subject, progress):
            return await asyncio.to_thread(_remove, folder)
    except OSError as error:
        raise PermanentError(
            FailureCode.STORAGE_UNAVAILABLE, f"cannot remove files from {folder}: {error.strerror or error}"
        ) from error


def installed_files(folder: Path) -> list[PublishedFile]:
    """Returns the files that `install` wrote into a folder. Blocks."""
    return _manifest(folder)


@dataclass(frozen=True)
class _Installation:
    """Puts the files of a place into a folder."""

    folder: Path
    subject: Subject
    progress: Progress
    last: tuple[str, ...]

    async def install(self, place: Place) -> Outcome:
        folder, staging = self.folder, self.folder / _STAGING
        try:
            files = await place.files(staging)
            missing = [file for file in files if not await asyncio.to_thread(is_intact, folder / file.path, file)]
            _require_own(missing, folder, self.subject)
            wanted = [file for file in missing if not await asyncio.to_thread(is_intact, staging / file.path, file)]
            if wanted:
                cost = place.cost(wanted)
                _require_space(folder, cost.disk - _bytes_in(staging), self.subject)
                self.progress.note(_announcement(place, cost, self.subject))
                fetched = await place.fetch(wanted, staging, self.progress)
                files = [file for file in files if file in fetched or file not in wanted]
        finally:
            shutil.rmtree(staging / "unpacked", ignore_errors=True)
        await asyncio.to_thread(self._commit, files, [file for file in files if file in missing], place)
        return Outcome(place.label, is_new=bool(missing))

    def _commit(self, files: Sequence[PublishedFile], staged: Sequence[PublishedFile], place: Place) -> None:
        """Renames staged files into place, and removes those of an earlier installation that are not needed."""
        folder, staging = self.folder, self.folder / _STAGING
        earlier = _manifest(folder)
        if staged or earlier:
            _write_manifest(folder, place, {*staged, *earlier})  # of both: `remove` finds them all, whenever this ends
        for file in sorted(staged, key=lambda file: file.path.endswith(self.last)):
            (folder / file.path).parent.mkdir(exist_ok=True)
            (staging / file.path).replace(folder / file.path)
        needed = {file.path for file in files}
        _unlink((file for file in earlier if file.path not in needed), folder)
        ours = {*staged, *(file for file in earlier if file in files)}
        if ours:
            _write_manifest(folder, place, ours)
        shutil.rmtree(staging, ignore_errors=True)


def _require_own(missing: Sequence[PublishedFile], folder: Path, subject: Subject) -> None:
    """Refuses to replace files that somebody else put into the folder."""
    ours = {file.path for file in _manifest(folder)}
    others = [file.path for file in missing if file.path not in ours and (folder / file.path).exists()]
    if others:
        raise PermanentError(
            FailureCode.INVALID_SETTINGS,
            f"{folder} has other files under the names of {', '.join(others[:3])}{'…' if len(others) > 3 else ''}, which "
            f"`{subject.command}` did not write",
            hint="move them away, or choose another folder with --to",
        )


def _announcement(place: Place, cost: Cost, subject: Subject) -> str:
    if not cost.download:
        return f"{cost.disk / 1e6:.0f} MB from {place.label}"
    return f"{subject.title}: {cost.download / 1e6:.0f} MB from {place.label}"


def _has_installation(folder: Path) -> bool:
    return any((folder / name).exists() for name in (_MANIFEST, _STAGING))


def _remove(folder: Path) -> Removed:
    files = _manifest(folder)
    removed = _unlink(files, folder)
    kept = [file.path for file in files if (folder / file.path).exists()]
    shutil.rmtree(folder / _STAGING, ignore_errors=True)
    for name in (_MANIFEST, _LOCK):
        (folder / name).unlink(missing_ok=True)
    for empty in (*sorted({(folder / file.path).parent for file in files} - {folder}), folder):
        with suppress(OSError):
            empty.rmdir()
    return Removed(tuple(removed), tuple(kept))


def _unlink(files: Iterable[PublishedFile], folder: Path) -> list[str]:
    """Removes files that are as they were installed."""
    removed = []
    for file in files:
        if is_intact(folder / file.path, file):
            (folder / file.path).unlink()
            removed.append(file.path)
    return removed


# --- manifest ---------------------------------------------------------------------------------------------------------


def _manifest(folder: Path) -> list[PublishedFile]:
    try:
        listed = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))["files"]
        files = [PublishedFile(str(file["path"]), int(file["size"]), str(file["sha256"])) for file in listed]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return [file for file in files if not Path(file.path).is_absolute() and ".." not in Path(file.path).parts]


def _write_manifest(folder: Path, place: Place, files: Iterable[PublishedFile]) -> None:
    part = folder / _STAGING / _MANIFEST
    part.parent.mkdir(exist_ok=True)
    listed = [asdict(file) for file in sorted(files, key=lambda file: file.path)]
    part.write_text(json.dumps({"from": place.label, "files": listed}, indent=1) + "\n", encoding="utf-8")
    part.replace(folder / _MANIFEST)


# --- disk -------------------------------------------------------------------------------------------------------------


def _require_space(folder: Path, needed: int, subject: Subject) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed + _RESERVE_BYTES:
        raise PermanentError(
            FailureCode.STORAGE_FULL,
            f"{subject.name} takes {needed / 1e6:.0f} MB while it is installed, and only {free / 1e6:.0f} MB are free on the "
            f"disk of {folder}",
            hint="free space on that disk, or choose another folder with --to",
        )


def _bytes_in(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


@asynccontextmanager
async def _locked(folder: Path, subject: Subject, progress: Progress) -> AsyncIterator[None]:
    """Holds the lock of a folder; waits while another process does."""
    waiting = False
    while True:
        with _lock(folder) as is_ours:
            if is_ours:
                yield
                return
        if not waiting:
            progress.note(f"another process installs or removes {subject.name} in {folder}; waiting until it is done")
            waiting = True
        await asyncio.sleep(_LOCK_POLL_S)


@contextmanager
def _lock(folder: Path) -> Iterator[bool]:
    """Yields whether this process has the lock, which ends with the block or the process."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _LOCK).open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield bool(os.fstat(file.fileno()).st_nlink)  # else removed between opening and locking
