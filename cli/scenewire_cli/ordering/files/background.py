"""The background of an order: a colour, or a file that takes the place of designs."""

from pathlib import Path
from typing import Final

from scenewire.messages import COLOURS, Background, read_colour
from scenewire_cli.ordering.files.checks import FileTaker, is_there, refuse_file
from scenewire_cli.ordering.files.footage_file import stored_footage

__all__ = ["background_colour", "background_file", "stored_background"]

_OPTION: Final = "--background"


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
    if not background.strip() or not is_there(path):
        colours = ", ".join(COLOURS)
        raise refuse_file(
            _OPTION, f"{background!r} is neither a colour nor a file", f"write '#203040', a file, or one of {colours}"
        )
    return path


async def stored_background(path: Path, store: FileTaker) -> Background:
    """Examines and stores a file.

    Raises:
        PermanentError: `invalid_order`; `media_refused`, the file is not usable.
        TransientError: the artifact store cannot be written now.
    """
    return Background(file=await stored_footage(_OPTION, path, store))
