"""Verifies files by size and hash."""

import hashlib
from pathlib import Path

from scenewire.errors import FailureCode, PermanentError
from scenewire_tts.installation.published import PublishedFile

__all__ = ["is_intact", "require_published", "sha256_of"]


def sha256_of(path: Path) -> str:
    """Returns the SHA-256 of a file in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_intact(path: Path, file: PublishedFile) -> bool:
    """Whether a path holds exactly the bytes of a published file."""
    try:
        return path.stat().st_size == file.size and sha256_of(path) == file.sha256
    except OSError:
        return False


def require_published(path: Path, file: PublishedFile, place: str) -> None:
    """Removes a file that is not the published one.

    Args:
        path: the received file.
        file: what it should be.
        place: where it came from, for the error message.

    Raises:
        PermanentError: `voice_unavailable`, it is another file.
    """
    if not is_intact(path, file):
        path.unlink(missing_ok=True)
        raise PermanentError(
            FailureCode.VOICE_UNAVAILABLE,
            f"{file.path} from {place} is not the published file: its SHA-256 differs, so it was removed",
            hint="try again, or another place: `scenewire voices install --help` lists them",
        )
