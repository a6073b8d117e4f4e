"""Recordings of one's own as narrations: those that a script names, and those of a folder."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from scenewire.messages import PlacedNarration
from scenewire.probe.file_types import SOUND_TYPES, media_type_of
from scenewire.probe.probe import probe_recording
from scenewire_cli.ordering.files.checks import SOUND_KINDS, FileTaker, refusals_of, refuse_file, require_file
from scenewire_cli.ordering.files.named_files import (
    PLACEHOLDER,
    file_of,
    files_in,
    read_fields,
    scene_number_of,
    scenes_of,
    validated,
)

__all__ = ["NarrationItem", "folder_narrations", "require_distinct", "stored_narration", "take_narrations"]

_OPTION: Final = "--narration"
_EXAMPLE: Final = '{"file": "scene1.wav"}'
_ALIASES: Final = {"path": "file"}
_PAGE: Final = "docs/speech.md"


@dataclass(frozen=True)
class NarrationItem:
    """A recording of the text of a scene."""

    narration: PlacedNarration
    """With a placeholder for its file."""
    path: Path
    where: str = _OPTION
    """What names it, for errors."""


def folder_narrations(folder: Path | None) -> tuple[NarrationItem, ...]:
    """Returns the recordings of a folder. Their names begin with the numbers of their scenes.

    Raises:
        PermanentError: `invalid_order`, the folder cannot be read, has no recording, or has one without a number.
    """
    if folder is None:
        return ()
    items = []
    for name in files_in(_OPTION, folder, SOUND_TYPES, "recordings"):
        number = scene_number_of(name)
        if number is None:
            message = f"the name of {folder / name} does not begin with the number of a scene"
            raise refuse_file(_OPTION, message, f"rename it, such as 01{Path(name).suffix}")
        items.append(_item({"scene_number": number}, folder / name, _OPTION))
    return tuple(items)


def take_narrations(fields: dict[str, Any], folder: Path) -> tuple[NarrationItem, ...]:
    """Takes the recordings that are files out of an order in JSON; those that are stored already stay in it.

    Args:
        fields: the order; changed.
        folder: where relative paths begin.

    Raises:
        PermanentError: `invalid_order`, a recording is not usable.
    """
    items: list[NarrationItem] = []
    for position, number, scene in scenes_of(fields):
        if scene.get("narration") is None:
            continue
        where = f"narration of scene {position} of the script"
        named = read_fields(scene["narration"], where, PlacedNarration, _ALIASES, _EXAMPLE)
        if (path := file_of(named, folder, where)) is not None:
            del scene["narration"]
            items.append(_item({**named, "scene_number": number}, path, where))
    return tuple(items)


def require_distinct(items: Sequence[NarrationItem]) -> None:
    """Checks that no scene has several recordings.

    Raises:
        PermanentError: `invalid_order`.
    """
    counts = Counter(item.narration.scene_number for item in items)
    for item in items:
        number = item.narration.scene_number
        if counts[number] > 1:
            paths = [str(other.path) for other in items if other.narration.scene_number == number]
            raise refuse_file(item.where, f"scene {number} has {' and '.join(paths)}", "keep one recording for a scene")


async def stored_narration(item: NarrationItem, store: FileTaker) -> PlacedNarration:
    """Examines and stores a recording.

    Raises:
        PermanentError: `invalid_order`; `media_refused`, the file cannot narrate a scene.
        TransientError: the artifact store cannot be written now.
    """
    require_file(item.where, item.path, SOUND_KINDS)
    with refusals_of(item.where):
        await probe_recording(item.path)
    return item.narration.model_copy(update={"file": await store.add(item.path, media_type_of(item.path))})


def _item(fields: dict[str, Any], path: Path, where: str) -> NarrationItem:
    narration = validated(PlacedNarration, {**fields, "file": PLACEHOLDER}, where, _PAGE)
    return NarrationItem(narration, path, where)
