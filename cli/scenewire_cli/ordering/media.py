"""Clips and pictures of one's own: those that a script names, and those of a folder."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from scenewire.artifacts.store import ArtifactStore
from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import ArtifactRef, PlacedMedia, fault_wording, root_faults
from scenewire_cli.ordering.footage_file import FOOTAGE_TYPES, stored_footage
from scenewire_cli.ordering.media_file import refuse_file

__all__ = ["MediaItem", "folder_media", "stored_media", "take_media"]

_OPTION: Final = "--media"
_NUMBER: Final = re.compile(r"(\d{1,3})(?!\d)")
_PLACEHOLDER: Final = ArtifactRef(key="none", sha256="0" * 64, size=0, media_type="video/mp4")
"""Stands for the file while the other fields are validated."""

_ALIASES: Final = {"in": "start", "out": "end", "license": "licence", "path": "file"}


@dataclass(frozen=True)
class MediaItem:
    """Something that a scene shows."""

    media: PlacedMedia
    """With a placeholder for its file, if `path` names one."""
    path: Path | None = None
    where: str = _OPTION
    """What names it, for errors."""


def folder_media(folder: Path | None) -> tuple[MediaItem, ...]:
    """Returns the clips and pictures of a folder, by name.

    A file whose name begins with a number, such as `03 harbour.jpg`, is for the scene with that number.

    Raises:
        PermanentError: `invalid_order`, the folder cannot be read or has no such file.
    """
    if folder is None:
        return ()
    try:
        names = sorted(path.name for path in folder.iterdir() if path.suffix.lower() in FOOTAGE_TYPES)
    except OSError as error:
        raise refuse_file(_OPTION, f"cannot read {folder}: {error.strerror}", "pass a folder") from error
    names = [name for name in names if not name.startswith(".")]
    if not names:
        suffixes = ", ".join(FOOTAGE_TYPES)
        raise refuse_file(_OPTION, f"{folder} has no clips or pictures", f"put files into it that end in {suffixes}")
    return tuple(_item({"file": name, "scene_number": _number(name)}, folder, _OPTION) for name in names)


def take_media(fields: dict[str, Any], folder: Path) -> tuple[MediaItem, ...]:
    """Takes the media out of an order in JSON: those of its scenes, then those of the whole order.

    Args:
        fields: the order; changed.
        folder: where relative paths begin.

    Raises:
        PermanentError: `invalid_order`, an item is not usable.
    """
    items: list[MediaItem] = []
    scenes = fields.get("scenes")
    for position, scene in enumerate(scenes if isinstance(scenes, list) else (), 1):
        if isinstance(scene, dict) and "media" in scene:
            number = scene.get("scene_number", scene.get("sceneNumber", position))
            for at, written in enumerate(_listed(scene.pop("media")), 1):
                where = f"scene {position} of the script, media {at}"
                items.append(_item({**_fields(written, where), "scene_number": number}, folder, where))
    for at, written in enumerate(_listed(fields.pop("media", [])), 1):
        items.append(_item(_fields(written, f"media {at}"), folder, f"media {at}"))
    return tuple(items)


async def stored_media(item: MediaItem, store: ArtifactStore) -> PlacedMedia:
    """Examines and stores the file of an item.

    Raises:
        PermanentError: `invalid_order`; `media_refused`, the file cannot be shown.
        TransientError: the artifact store cannot be written now.
    """
    if item.path is None:
        return item.media
    return item.media.model_copy(update={"file": await stored_footage(item.where, item.path, store)})


def _listed(media: object) -> list[object]:
    return media if isinstance(media, list) else [media]


def _fields(written: object, where: str) -> dict[str, Any]:
    """Returns the fields of an item, which may be the name of a file alone."""
    if isinstance(written, str):
        return {"file": written}
    if not isinstance(written, Mapping):
        raise refuse_file(where, "it is neither the name of a file nor an object", 'write {"file": "harbour.jpg"}')
    fields = {_ALIASES.get(str(key), str(key)): value for key, value in written.items()}
    unknown = [key for key in fields if key not in PlacedMedia.model_fields]
    if unknown:
        known = ", ".join(name for name in PlacedMedia.model_fields if name != "scene_number")
        raise refuse_file(where, f"unknown key {unknown[0]!r}", f"known keys are {known}")
    return fields


def _item(fields: dict[str, Any], folder: Path, where: str) -> MediaItem:
    named = fields.get("file")
    path = folder / named if isinstance(named, str) else None
    if path is not None:
        if "://" in str(named):
            raise refuse_file(where, f"{named} is an address, not a file", "download it, and name the file")
        fields = {"title": Path(str(named)).stem, **fields, "file": _PLACEHOLDER}
    try:
        return MediaItem(PlacedMedia.model_validate(fields), path, where)
    except ValidationError as error:
        fault = root_faults(error)[0]
        name = " ".join(map(str, fault["loc"]))
        message = f"{where}: {name} {fault_wording(fault)}" if name else f"{where}: {fault_wording(fault)}"
        raise PermanentError(FailureCode.INVALID_ORDER, message, hint="see docs/library.md") from error


def _number(name: str) -> int | None:
    found = _NUMBER.match(name)
    return int(found[1]) or None if found else None
