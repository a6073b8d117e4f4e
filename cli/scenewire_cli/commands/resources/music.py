"""`scenewire music`: lists the music that orders can name by mood."""

from typing import Annotated

import typer

from scenewire.errors import FailureCode, PermanentError
from scenewire_cli.options import JsonOption
from scenewire_cli.output.record_views import MUSIC, print_rows_or_json

__all__ = ["music"]

MoodOption = Annotated[str | None, typer.Option("--mood", metavar="MOOD", help="Only pieces of this mood.")]


def music(*, mood: MoodOption = None, as_json: JsonOption = False) -> None:
    """Lists music by mood, with creators and licences.

    An order that names a mood, as with `make --music calm`, gets one of its pieces.
    The pieces are those of the extra `music` and of MUSIC_DIR on this host; a stack elsewhere may have others.

    Example:
        scenewire music --mood calm
    """
    from scenewire_script.diagnostics import music_folder
    from scenewire_script.music.pieces import HOW_TO_GET_MUSIC, list_pieces, pieces_of_mood

    folder = music_folder()
    pieces = list_pieces(folder) if mood is None else pieces_of_mood(mood, folder)
    if not pieces:
        raise PermanentError(FailureCode.INVALID_SETTINGS, "no music is installed", hint=HOW_TO_GET_MUSIC)
    rows = [{"mood": piece.mood, **piece.credits(), "path": str(piece.path)} for piece in pieces]
    print_rows_or_json("music", rows, MUSIC, as_json=as_json)
