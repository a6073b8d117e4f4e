"""Music for an order: listened to here, so that a file that cannot be used is found before anything starts."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from scenewire.artifacts.opening import open_store
from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import ArtifactRef, Music, ScriptRequested
from scenewire.probe.probe import probe_sound
from scenewire_cli.output.formatting import fault_wording

__all__ = ["MusicFile", "with_music"]

_MEDIA_TYPES: Final = {
    ".mp3": "audio/mpeg",
    ".wav": "audio/wav",
    ".flac": "audio/flac",
    ".ogg": "audio/ogg",
    ".m4a": "audio/mp4",
}
_LARGEST: Final = 1 << 30
_LARGEST_SIDECAR: Final = 64 << 10
_CREDIT: Final = ("title", "creator", "licence", "source_url")
_NOWHERE: Final = ArtifactRef(key="none", sha256="0" * 64, size=0, media_type="audio/mpeg")
"""Stands for the file while the rest is examined."""


@dataclass(frozen=True)
class MusicFile:
    """What was typed about music; None leaves it to the product."""

    path: Path
    gain: float | None = None
    duck: float | None = None


async def with_music(order: ScriptRequested, wanted: MusicFile | None, artifacts_url: str | None) -> ScriptRequested:
    """The order with its music, which then lies in the artifacts under its own hash.

    Who made it and under which terms is read from a JSON file beside it, as with clips of the library.

    Args:
        order: without music.
        wanted: the file; None leaves the order as it is.
        artifacts_url: where the workers look for files.

    Raises:
        PermanentError: `invalid_order`; `media_refused`, it is no music that can be used; `invalid_settings`, nobody
            knows where the artifacts are.
        TransientError: the artifacts cannot be written now.
    """
    if wanted is None:
        return order
    if artifacts_url is None:
        raise PermanentError(
            FailureCode.INVALID_SETTINGS,
            "--music: the file has to be put where the workers find it, and nobody says where that is",
            hint="set ARTIFACTS_URL to what it is for the workers",
        )
    credit = _read_credit(wanted.path)
    try:
        size = wanted.path.stat().st_size
    except OSError as error:
        raise _refused(f"cannot read {wanted.path}: {error.strerror}", "check the name") from error
    if size == 0:
        raise _refused(f"{wanted.path} is empty", "give an mp3, wav, flac, ogg or m4a")
    if not wanted.path.is_file() or size > _LARGEST:
        raise _refused(f"{wanted.path} is no file of at most {_LARGEST >> 20} MB", "give an mp3, wav, flac, ogg or m4a")
    await probe_sound(wanted.path)
    media_type = _MEDIA_TYPES.get(wanted.path.suffix.lower(), "application/octet-stream")
    levels = {name: value for name, value in (("gain", wanted.gain), ("duck", wanted.duck)) if value is not None}
    try:
        Music.model_validate({"file": _NOWHERE, **levels, **credit})  # before anything is copied
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = str(first["loc"][0])
        where = f"--music-{name}" if name in levels else f"{wanted.path.with_suffix('.json')}: {name}"
        raise _refused(f"{where}: {fault_wording(first)}", "see `scenewire make --help`") from error
    file = await open_store(artifacts_url).add(wanted.path, media_type)
    return order.model_copy(update={"music": Music.model_validate({"file": file, **levels, **credit})})


def _read_credit(path: Path) -> dict[str, Any]:
    """Title, creator, licence and address; the file's own name is the title where nothing else is said."""
    sidecar = path.with_suffix(".json")
    credit: dict[str, Any] = {"title": path.stem}
    if sidecar.is_file():
        try:
            with sidecar.open("rb") as file:
                said = json.loads(file.read(_LARGEST_SIDECAR).decode("utf-8-sig"))
        except (OSError, ValueError, RecursionError) as error:
            raise _refused(f"{sidecar} cannot be read: {error}", "correct it; it says whose the music is") from error
        if not isinstance(said, dict):
            raise _refused(f"{sidecar} is no JSON object", 'write {"title": "…", "creator": "…", "licence": "…"}')
        credit |= {name: said[name] for name in _CREDIT if name in said}
    return credit


def _refused(message: str, hint: str) -> PermanentError:
    return PermanentError(FailureCode.INVALID_ORDER, f"--music: {message}", hint=hint)
