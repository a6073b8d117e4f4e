"""Music for an order."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from scenewire.artifacts.store import ArtifactStore
from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import ArtifactRef, Music, fault_wording
from scenewire.probe.probe import probe_sound
from scenewire_cli.ordering.media_file import refuse_file, require_file
from scenewire_cli.ordering.order_options import OrderOptions

__all__ = ["MusicFile", "music_file", "stored_music"]

_MEDIA_TYPES: Final = {
    ".mp3": "audio/mpeg",
    ".wav": "audio/wav",
    ".flac": "audio/flac",
    ".ogg": "audio/ogg",
    ".m4a": "audio/mp4",
}
_MAX_SIDECAR_BYTES: Final = 64 << 10
_CREDIT: Final = ("title", "creator", "licence", "source_url")
_PLACEHOLDER: Final = ArtifactRef(key="none", sha256="0" * 64, size=0, media_type="audio/mpeg")
"""Stands for the file while the other fields are validated."""

_OPTION: Final = "--music"
_FORMATS: Final = "an mp3, wav, flac, ogg or m4a"


@dataclass(frozen=True)
class MusicFile:
    """Music as the command line describes it; None leaves a level to the product."""

    path: Path
    gain: float | None = None
    """LU, relative to the narration."""
    duck: float | None = None
    """dB."""


def music_file(options: OrderOptions) -> MusicFile | None:
    """Returns the music that the options ask for, if any.

    Raises:
        PermanentError: `invalid_order`, a level is given without a file.
    """
    if options.music is not None:
        return MusicFile(options.music, options.music_gain, options.music_duck)
    for name, level in (("--music-gain", options.music_gain), ("--music-duck", options.music_duck)):
        if level is not None:
            raise PermanentError(FailureCode.INVALID_ORDER, f"{name} requires --music", hint="name a file with --music")
    return None


async def stored_music(music: MusicFile, store: ArtifactStore) -> Music:
    """Examines and stores a file.

    Title, creator and licence are read from a JSON file beside the music, as for clips of the library.

    Raises:
        PermanentError: `invalid_order`; `media_refused`, the file is not usable as music.
        TransientError: the artifact store cannot be written now.
    """
    credit = _read_credit(music.path)
    require_file(_OPTION, music.path, _FORMATS)
    await probe_sound(music.path)
    media_type = _MEDIA_TYPES.get(music.path.suffix.lower(), "application/octet-stream")
    levels = {name: value for name, value in (("gain", music.gain), ("duck", music.duck)) if value is not None}
    try:
        Music.model_validate({"file": _PLACEHOLDER, **levels, **credit})  # before anything is copied
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = str(first["loc"][0])
        where = f"--music-{name}" if name in levels else f"--music: {_sidecar(music.path)}: {name}"
        raise PermanentError(
            FailureCode.INVALID_ORDER, f"{where}: {fault_wording(first)}", hint="see `scenewire make --help`"
        ) from error
    return Music.model_validate({"file": await store.add(music.path, media_type), **levels, **credit})


def _sidecar(path: Path) -> Path:
    return path.with_suffix(".json")


def _read_credit(path: Path) -> dict[str, Any]:
    """Reads title, creator, licence and address; without a title, the file's name takes its place."""
    sidecar = _sidecar(path)
    credit: dict[str, Any] = {"title": path.stem}
    if sidecar.is_file():
        try:
            with sidecar.open("rb") as file:
                content = json.loads(file.read(_MAX_SIDECAR_BYTES).decode("utf-8-sig"))
        except (OSError, ValueError, RecursionError) as error:
            raise refuse_file(
                _OPTION, f"cannot read the credits in {sidecar}: {error}", "correct or remove that file"
            ) from error
        if not isinstance(content, dict):
            raise refuse_file(
                _OPTION,
                f"{sidecar} is not a JSON object",
                'write {"title": "…", "creator": "…", "licence": "…"} into it',
            )
        credit |= {name: content[name] for name in _CREDIT if name in content}
    return credit
