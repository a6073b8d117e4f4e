"""Clips and pictures of one's own: those that a script names, and those of a folder."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from scenewire.messages import PlacedMedia
from scenewire.probe.file_types import FOOTAGE_TYPES
from scenewire_cli.ordering.files.checks import FileTaker
from scenewire_cli.ordering.files.footage_file import OTHER_FOOTAGE, stored_footage
from scenewire_cli.ordering.files.named_files import (
    PLACEHOLDER,
    file_of,
    files_in,
    read_fields,
    scene_number_of,
    scenes_of,
    validated,
)

__all__ = ["MediaItem", "folder_media", "stored_media", "take_media"]

_OPTION: Final = "--media"
_EXAMPLE: Final = '{"file": "harbour.jpg"}'
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
    names = files_in(_OPTION, folder, FOOTAGE_TYPES, "clips or pictures", refused=OTHER_FOOTAGE)
    return tuple(_item({"file": name, "scene_number": scene_number_of(name)}, folder, _OPTION) for name in names)


def take_media(fields: dict[str, Any], folder: Path) -> tuple[MediaItem, ...]:
    """Takes the media out of an order in JSON: those of its scenes, then those of the whole order.

    Args:
        fields: the order; changed.
        folder: where relative paths begin.

    Raises:
        PermanentError: `invalid_order`, an item is not usable.
    """
    items: list[MediaItem] = []
    for position, number, scene in scenes_of(fields):
        for at, written in enumerate(_listed(scene.pop("media", [])), 1):
            where = f"scene {position} of the script, media {at}"
            items.append(_item({**_fields(written, where), "scene_number": number}, folder, where))
    for at, written in enumerate(_listed(fields.pop("media", [])), 1):
        items.append(_item(_fields(written, f"media {at}"), folder, f"media {at}"))
    return tuple(items)


async def stored_media(item: MediaItem, store: FileTaker) -> PlacedMedia:
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
    return read_fields(written, where, PlacedMedia, _ALIASES, _EXAMPLE)


def _item(fields: dict[str, Any], folder: Path, where: str) -> MediaItem:
    path = file_of(fields, folder, where)
    if path is not None:
        fields = {"title": path.stem, **fields, "file": PLACEHOLDER}
    return MediaItem(validated(PlacedMedia, fields, where, "docs/library.md"), path, where)
