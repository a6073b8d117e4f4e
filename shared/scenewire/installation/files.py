"""Verifies files by size and hash."""

import hashlib
from pathlib import Path

from scenewire.errors import PermanentError
from scenewire.installation.published import PublishedFile, Subject

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


def require_published(path: Path, file: PublishedFile, place: str, subject: Subject) -> None:
    """Removes a file that is not the published one.

    Args:
        path: the received file.
        file: what it should be.
        place: where it came from, for the error message.
        subject: what is installed.

    Raises:
        PermanentError: the subject is unavailable: it is another file.
    """
    if not is_intact(path, file):
        path.unlink(missing_ok=True)
        raise PermanentError(
            subject.unavailable,
            f"{file.path} from {place} is not the published file: its SHA-256 differs, so it was removed",
            hint=f"try again, or {subject.elsewhere}",
        )
