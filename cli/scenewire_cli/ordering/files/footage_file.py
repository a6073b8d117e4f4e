"""Clips and pictures that an order brings along."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from scenewire.messages import ArtifactRef
from scenewire.probe.file_types import media_type_of
from scenewire.probe.probe import probe_video
from scenewire.probe.still import is_still, prepare_still
from scenewire_cli.ordering.files.checks import FileTaker, refusals_of, require_file

__all__ = ["OTHER_FOOTAGE", "stored_footage"]

OTHER_FOOTAGE: Final = frozenset(
    {
        ".3gp",
        ".avi",
        ".bmp",
        ".flv",
        ".heic",
        ".heif",
        ".m4v",
        ".mpeg",
        ".mpg",
        ".ogv",
        ".svg",
        ".tif",
        ".tiff",
        ".ts",
        ".wmv",
    }
)
"""Suffixes of clips and pictures that must be converted first."""

_FORMATS: Final = "a picture, or an mp4, mov, mkv or webm"


async def stored_footage(option: str, path: Path, store: FileTaker) -> ArtifactRef:
    """Examines and stores a file.

    Args:
        option: that names the file, for errors.
        path: the file.
        store: of the workers.

    Raises:
        PermanentError: `invalid_order`; `media_refused`, the file is not usable.
        TransientError: the artifact store cannot be written now.
    """
    require_file(option, path, _FORMATS)
    with refusals_of(option):
        if is_still(path):
            with TemporaryDirectory(prefix="scenewire-still-") as folder:
                await prepare_still(path, Path(folder) / "still.jpg")  # workers do it again: orders come from anywhere
        else:
            await probe_video(path)
    return await store.add(path, media_type_of(path))
