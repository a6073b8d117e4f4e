"""The background of an order: a colour, or a file that takes the place of designs."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from scenewire.artifacts.store import ArtifactStore
from scenewire.messages import COLOURS, Background, read_colour
from scenewire.probe.probe import probe_video
from scenewire.probe.still import is_still, prepare_still
from scenewire_cli.ordering.media_file import refuse_file, require_file

__all__ = ["background_colour", "background_file", "stored_background"]

_OPTION: Final = "--background"
_FORMATS: Final = "a picture, or an mp4, mov, mkv or webm"
_MEDIA_TYPES: Final = {
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


def background_colour(background: str | None) -> Background | None:
    """Returns the background that the option names, if that is a colour."""
    colour = None if background is None else read_colour(background)
    return None if colour is None else Background(colour=colour)


def background_file(background: str | None) -> Path | None:
    """Returns the file that the option names, if it names one.

    Raises:
        PermanentError: `invalid_order`, it is neither a colour nor a file.
    """
    if background is None or read_colour(background) is not None:
        return None
    path = Path(background)
    if not background.strip() or not path.exists():
        colours = ", ".join(COLOURS)
        raise refuse_file(
            _OPTION, f"{background!r} is neither a colour nor a file", f"write '#203040', a file, or one of {colours}"
        )
    return path


async def stored_background(path: Path, store: ArtifactStore) -> Background:
    """Examines and stores a file.

    Raises:
        PermanentError: `invalid_order`; `media_refused`, the file is not usable.
        TransientError: the artifact store cannot be written now.
    """
    require_file(_OPTION, path, _FORMATS)
    if is_still(path):
        with TemporaryDirectory(prefix="scenewire-background-") as folder:
            await prepare_still(path, Path(folder) / "still.jpg")  # the workers do it again: orders come from anywhere
    else:
        await probe_video(path)
    file = await store.add(path, _MEDIA_TYPES.get(path.suffix.lower(), "application/octet-stream"))
    return Background(file=file)
