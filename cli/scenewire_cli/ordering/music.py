"""Music for an order. The file is checked here, so that an unusable one is refused before anything starts."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from scenewire.artifacts.opening import open_store
from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import ArtifactRef, Music, ScriptRequested, fault_wording
from scenewire.probe.probe import probe_sound
from scenewire_cli.ordering.order_options import OrderOptions

__all__ = ["MusicFile", "music_file", "with_music"]

_MEDIA_TYPES: Final = {
    ".mp3": "audio/mpeg",
    ".wav": "audio/wav",
    ".flac": "audio/flac",
    ".ogg": "audio/ogg",
    ".m4a": "audio/mp4",
}
_MAX_BYTES: Final = 1 << 30
_MAX_SIDECAR_BYTES: Final = 64 << 10
_CREDIT: Final = ("title", "creator", "licence", "source_url")
_PLACEHOLDER: Final = ArtifactRef(key="none", sha256="0" * 64, size=0, media_type="audio/mpeg")
"""Stands for the file while the other fields are validated."""

_FORMATS_HINT: Final = "pass an mp3, wav, flac, ogg or m4a file"


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


async def with_music(order: ScriptRequested, music: MusicFile | None, artifacts_url: str | None) -> ScriptRequested:
    """Returns the order with its music, which is then stored among the artifacts under its own hash.

    Title, creator and licence are read from a JSON file beside the music, as for clips of the library.

    Args:
        order: an order without music.
        music: the file; None leaves the order as it is.
        artifacts_url: where the workers look for files.

    Raises:
        PermanentError: `invalid_order`; `media_refused`, the file is not usable as music; `invalid_settings`, the
            artifact store is unknown.
        TransientError: the artifact store cannot be written now.
    """
    if music is None:
        return order
    if artifacts_url is None:
        raise PermanentError(
            FailureCode.INVALID_SETTINGS,
            "--music: the artifact store of the workers is unknown, so the file cannot be handed to them",
            hint="set ARTIFACTS_URL to the workers' ARTIFACTS_URL",
        )
    credit = _read_credit(music.path)
    try:
        size = music.path.stat().st_size
    except OSError as error:
        raise _refused(f"cannot read {music.path}: {error.strerror}", "check the path") from error
    if size == 0:
        raise _refused(f"{music.path} is empty", _FORMATS_HINT)
    if not music.path.is_file():
        raise _refused(f"{music.path} is not a file", _FORMATS_HINT)
    if size > _MAX_BYTES:
        raise _refused(
            f"{music.path} has {size >> 20} MB; the limit is {_MAX_BYTES >> 20} MB", "shorten or compress it"
        )
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
    file = await open_store(artifacts_url).add(music.path, media_type)
    return order.model_copy(update={"music": Music.model_validate({"file": file, **levels, **credit})})


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
            raise _refused(f"cannot read the credits in {sidecar}: {error}", "correct or remove that file") from error
        if not isinstance(content, dict):
            raise _refused(
                f"{sidecar} is not a JSON object", 'write {"title": "…", "creator": "…", "licence": "…"} into it'
            )
        credit |= {name: content[name] for name in _CREDIT if name in content}
    return credit


def _refused(message: str, hint: str) -> PermanentError:
    return PermanentError(FailureCode.INVALID_ORDER, f"--music: {message}", hint=hint)
