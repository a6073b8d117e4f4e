"""The first checks of a file that an option names."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Protocol

from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import ArtifactRef

__all__ = ["SOUND_KINDS", "FileTaker", "is_there", "refusals_of", "refuse_file", "require_file"]

SOUND_KINDS: Final = "an mp3, wav, flac, ogg, opus or m4a"
"""What music and recordings may be, for errors."""

_MAX_BYTES: Final = 1 << 30


class FileTaker(Protocol):
    """Takes in files of orders: an artifact store, or a server."""

    async def add(self, path: Path, media_type: str) -> ArtifactRef:
        """Stores a file under its hash."""
        ...


def require_file(option: str, path: Path, formats: str) -> None:
    """Checks that a file can be opened, and is neither empty nor too large.

    Args:
        option: that names the file, for errors.
        path: the file.
        formats: accepted ones, for errors.

    Raises:
        PermanentError: `invalid_order`.
    """
    try:
        size = path.stat().st_size
    except (OSError, ValueError) as error:  # a name with a null byte is a ValueError
        reason = getattr(error, "strerror", None) or str(error)
        raise refuse_file(option, f"cannot read {path}: {reason}", "check the path") from error
    if not path.is_file():
        raise refuse_file(option, f"{path} is not a file", f"pass {formats} file")
    if size == 0:
        raise refuse_file(option, f"{path} is empty", f"pass {formats} file")
    if size > _MAX_BYTES:
        message = f"{path} has {size >> 20} MB; the limit is {_MAX_BYTES >> 20} MB"
        raise refuse_file(option, message, "shorten or compress it")


def is_there(path: Path) -> bool:
    """Whether a path exists. Text that cannot be a path, because it is too long or has a null byte, does not."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


@contextmanager
def refusals_of(option: str) -> Iterator[None]:
    """Names the option of a file in front of the reason why it is refused."""
    try:
        yield
    except PermanentError as error:
        raise PermanentError(error.code, f"{option}: {error.message}", hint=error.hint) from error


def refuse_file(option: str, message: str, hint: str) -> PermanentError:
    """Returns the error about an option's file."""
    return PermanentError(FailureCode.INVALID_ORDER, f"{option}: {message}", hint=hint)
