"""The pieces of music that a mood may stand for: those of MUSIC_DIR and of an installed collection."""

import importlib.metadata
import importlib.util
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from scenewire.errors import FailureCode, PermanentError
from scenewire.probe.file_types import SOUND_TYPES
from scenewire_script.music.credits import read_credits, sidecar_of

__all__ = ["HOW_TO_GET_MUSIC", "Piece", "list_pieces", "pieces_of_mood"]

HOW_TO_GET_MUSIC: Final = (
    "run pip install 'scenewire[music]', or set MUSIC_DIR to a folder with a subfolder of music files for each mood"
)

_PACKAGE: Final = "immich_memories_music"
_TRACKS: Final = "tracks"
_MAX_NAMED: Final = 20


@dataclass(frozen=True, order=True)
class Piece:
    """A piece of music.

    Attributes:
        mood: the name of its folder, in lower case.
        path: the file; it has not been examined.
        stated: creator, licence and address of its collection; without them, a sidecar may state them.
    """

    mood: str
    path: Path
    stated: Mapping[str, str] = field(compare=False, default_factory=dict)

    @property
    def name(self) -> str:
        """Its mood and file name; the same in every place where it is installed."""
        return f"{self.mood}/{self.path.name}"

    @property
    def media_type(self) -> str:
        """By its suffix."""
        return SOUND_TYPES[self.path.suffix.lower()]

    def credits(self) -> dict[str, Any]:
        """Returns title, creator, licence and address, unchecked.

        Raises:
            PermanentError: `invalid_settings`, its sidecar cannot be read.
        """
        if self.stated:
            return {"title": self.path.stem.replace("_", " "), **self.stated}
        try:
            return read_credits(self.path)
        except (OSError, ValueError, TypeError, RecursionError) as error:
            raise PermanentError(
                FailureCode.INVALID_SETTINGS,
                f"the music {self.name}: cannot read the credits in {sidecar_of(self.path)}: {error}",
                hint="correct or remove that file",
            ) from error


def list_pieces(folder: Path | None) -> list[Piece]:
    """Returns all pieces, by mood and name. A mood of the folder takes the place of the collection's mood of that name.

    Args:
        folder: MUSIC_DIR, with a subfolder for each mood; None for the installed collection alone.

    Raises:
        PermanentError: `invalid_settings`, the folder cannot be read.
    """
    own = [] if folder is None else list(_pieces_of_folder(folder))
    moods = {piece.mood for piece in own}
    return sorted([*own, *(piece for piece in _installed_pieces() if piece.mood not in moods)])


def pieces_of_mood(mood: str, folder: Path | None) -> list[Piece]:
    """Returns the pieces of a mood, by name.

    Raises:
        PermanentError: `invalid_order`, no piece has this mood; the message names those there are.
    """
    pieces = list_pieces(folder)
    found = [piece for piece in pieces if piece.mood == mood.casefold()]
    if not found:
        moods = list(dict.fromkeys(piece.mood for piece in pieces))
        more = f" and {len(moods) - _MAX_NAMED} more" if len(moods) > _MAX_NAMED else ""
        known = f"moods are {', '.join(moods[:_MAX_NAMED])}{more}" if moods else "no music is installed"
        hint = "order one of these moods, or a file" if moods else HOW_TO_GET_MUSIC
        raise PermanentError(FailureCode.INVALID_ORDER, f"no music has the mood {mood!r}; {known}", hint=hint)
    return found


def _pieces_of_folder(folder: Path, stated: Mapping[str, str] | None = None) -> Iterator[Piece]:
    """Yields the music files in subfolders, except hidden ones and links that lead out of the folder."""
    try:
        root = folder.resolve(strict=True)
        for path in root.glob("*/*"):
            if path.suffix.lower() not in SOUND_TYPES or path.name.startswith(".") or path.parent.name.startswith("."):
                continue
            if path.is_file() and path.resolve().is_relative_to(root):
                yield Piece(path.parent.name.casefold(), path, stated or {})
    except (OSError, RuntimeError) as error:
        raise PermanentError(
            FailureCode.INVALID_SETTINGS,
            f"MUSIC_DIR: cannot read {folder}: {getattr(error, 'strerror', None) or error}",
            hint="set MUSIC_DIR to a folder with a subfolder of music files for each mood, or unset it",
        ) from error


def _installed_pieces() -> Sequence[Piece]:
    """Returns the pieces of the extra `music`, with the licence that its package states."""
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        return ()
    about = importlib.metadata.metadata(_PACKAGE)
    creator, licence, address = (
        next(iter(about.get_all(name, [])), "") for name in ("Author", "License-Expression", "Project-URL")
    )
    stated = {"creator": creator, "licence": licence, "source_url": address.rpartition(", ")[2]}
    return list(_pieces_of_folder(Path(spec.origin).parent / _TRACKS, stated))
