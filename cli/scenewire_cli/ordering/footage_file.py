"""Clips and pictures that an order brings along."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from scenewire.artifacts.store import ArtifactStore
from scenewire.errors import PermanentError
from scenewire.messages import ArtifactRef
from scenewire.probe.probe import probe_video
from scenewire.probe.still import is_still, prepare_still
from scenewire_cli.ordering.media_file import require_file

__all__ = ["FOOTAGE_TYPES", "OTHER_FOOTAGE", "stored_footage"]

FOOTAGE_TYPES: Final[Mapping[str, str]] = {
    ".mp4": "video/mp4",
    ".mov": "video/quicktime",
    ".mkv": "video/x-matroska",
    ".webm": "video/webm",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".gif": "image/gif",
    ".avif": "image/avif",
}
"""Media types by suffix; what a file is, its content decides."""

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


async def stored_footage(option: str, path: Path, store: ArtifactStore) -> ArtifactRef:
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
    try:
        if is_still(path):
            with TemporaryDirectory(prefix="scenewire-still-") as folder:
                await prepare_still(path, Path(folder) / "still.jpg")  # workers do it again: orders come from anywhere
        else:
            await probe_video(path)
    except PermanentError as error:
        raise PermanentError(error.code, f"{option}: {error.message}", hint=error.hint) from error
    return await store.add(path, FOOTAGE_TYPES.get(path.suffix.lower(), "application/octet-stream"))
