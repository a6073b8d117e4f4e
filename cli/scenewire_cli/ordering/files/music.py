"""Music for an order: a file, or a mood."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import ArtifactRef, Music, ScriptRequested, fault_wording
from scenewire.probe.file_types import media_type_of
from scenewire.probe.probe import probe_sound
from scenewire_cli.ordering.files.checks import SOUND_KINDS, FileTaker, refuse_file, require_file
from scenewire_cli.ordering.order_options import OrderOptions

__all__ = ["MusicFile", "check_mood", "music_by_mood", "music_file", "stored_music"]

_PLACEHOLDER: Final = ArtifactRef(key="none", sha256="0" * 64, size=0, media_type="audio/mpeg")
"""Stands for the file while the other fields are validated."""

_OPTION: Final = "--music"


@dataclass(frozen=True)
class MusicFile:
    """Music as the command line describes it; None leaves a level to the product."""

    path: Path
    gain: float | None = None
    """LU, relative to the narration."""
    duck: float | None = None
    """dB."""


def music_file(options: OrderOptions) -> MusicFile | None:
    """Returns the music file that the options name, if they name one.

    Raises:
        PermanentError: `invalid_order`, a level is given without music.
    """
    if options.music is not None:
        path = Path(options.music)
        return None if _is_mood(path) else MusicFile(path, options.music_gain, options.music_duck)
    for name, level in (("--music-gain", options.music_gain), ("--music-duck", options.music_duck)):
        if level is not None:
            hint = "name a mood or a file with --music"
            raise PermanentError(FailureCode.INVALID_ORDER, f"{name} requires --music", hint=hint)
    return None


def music_by_mood(options: OrderOptions) -> dict[str, Any] | None:
    """Returns the music of an order whose options name a mood."""
    if options.music is None or not _is_mood(Path(options.music)):
        return None
    levels = {"gain": options.music_gain, "duck": options.music_duck}
    return {"mood": options.music, **{name: value for name, value in levels.items() if value is not None}}


def check_mood(order: ScriptRequested) -> None:
    """Checks that music of the ordered mood is installed here.

    Raises:
        PermanentError: `invalid_order`, there is none; the message names the moods there are. `invalid_settings`.
    """
    if order.music is not None and order.music.mood is not None:
        from scenewire_script.diagnostics import music_folder
        from scenewire_script.music.pieces import pieces_of_mood

        pieces_of_mood(order.music.mood, music_folder())


def _is_mood(value: Path) -> bool:
    """Returns whether the option names a mood: a word without a suffix or a folder, unless a file has this name."""
    return len(value.parts) == 1 and not value.suffix and not value.is_file()


async def stored_music(music: MusicFile, store: FileTaker) -> Music:
    """Examines and stores a file.

    Title, creator and licence are read from a JSON file beside the music, as for clips of the library.

    Raises:
        PermanentError: `invalid_order`; `media_refused`, the file is not usable as music.
        TransientError: the artifact store cannot be written now.
    """
    from scenewire_script.music.credits import sidecar_of

    credit = _read_credit(music.path)
    require_file(_OPTION, music.path, SOUND_KINDS)
    await probe_sound(music.path)
    levels = {name: value for name, value in (("gain", music.gain), ("duck", music.duck)) if value is not None}
    try:
        Music.model_validate({"file": _PLACEHOLDER, **levels, **credit})  # before anything is copied
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = str(first["loc"][0])
        where = f"--music-{name}" if name in levels else f"--music: {sidecar_of(music.path)}: {name}"
        raise PermanentError(
            FailureCode.INVALID_ORDER, f"{where}: {fault_wording(first)}", hint="see `scenewire make --help`"
        ) from error
    return Music.model_validate({"file": await store.add(music.path, media_type_of(music.path)), **levels, **credit})


def _read_credit(path: Path) -> dict[str, Any]:
    """Reads title, creator, licence and address; without a title, the file's name takes its place."""
    from scenewire_script.music.credits import read_credits, sidecar_of

    try:
        return read_credits(path)
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise refuse_file(
            _OPTION, f"cannot read the credits in {sidecar_of(path)}: {error}", "correct or remove that file"
        ) from error
