"""Files of scenes: those that a script names, with their fields, and those of a folder, with their numbers."""

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import ArtifactRef, fault_wording, root_faults
from scenewire_cli.ordering.files.checks import refuse_file

__all__ = ["PLACEHOLDER", "file_of", "files_in", "read_fields", "scene_number_of", "scenes_of", "validated"]

PLACEHOLDER: Final = ArtifactRef(key="none", sha256="0" * 64, size=0, media_type="application/octet-stream")
"""Stands for the file while the other fields are validated."""

_NUMBER: Final = re.compile(r"(?:[Ss]cene[ _-]*)?0*(\d{1,3})[a-z]?(?![A-Za-z\d])")
_DIGITS: Final = re.compile(r"(\d+)")
_CAPITAL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

_Model = TypeVar("_Model", bound=BaseModel)


def files_in(
    option: str, folder: Path, suffixes: Collection[str], kind: str, *, refused: Collection[str] = ()
) -> list[str]:
    """Returns the names of the files in a folder that end in a suffix, in natural order; hidden ones are left out.

    Args:
        option: that names the folder, for errors.
        folder: the folder.
        suffixes: with their dots, in small letters.
        kind: of files, for errors.
        refused: suffixes of files that somebody may expect to be used.

    Raises:
        PermanentError: `invalid_order`, the folder cannot be read, has no such file, or has one that is refused.
    """
    try:
        present = [path for path in folder.iterdir() if not path.name.startswith(".")]
    except OSError as error:
        raise refuse_file(option, f"cannot read {folder}: {error.strerror}", "pass a folder") from error
    if other := sorted(path.name for path in present if path.suffix.lower() in refused):
        hint = f"convert it to one of {', '.join(suffixes)}, or move it"
        raise refuse_file(option, f"{folder / other[0]} cannot be used", hint)
    names = sorted((path.name for path in present if path.suffix.lower() in suffixes), key=_natural)
    if not names:
        hint = f"put files into it that end in {', '.join(suffixes)}"
        raise refuse_file(option, f"{folder} has no {kind}", hint)
    return names


def _natural(name: str) -> list[tuple[bool, int, str]]:
    """A key that sorts img2 before img10."""
    parts = _DIGITS.split(name)
    return [(part.isdecimal(), int(part) if part.isdecimal() else 0, part.casefold()) for part in parts]


def scene_number_of(name: str) -> int | None:
    """Returns the number of a scene at the beginning of a file's name: 3 for `03 harbour.jpg` and `scene3.wav`."""
    found = _NUMBER.match(name)
    return int(found[1]) or None if found else None


def scenes_of(fields: Mapping[str, Any]) -> Iterator[tuple[int, object, dict[str, Any]]]:
    """Yields position, number and fields of each scene of an order in JSON."""
    scenes = fields.get("scenes")
    for position, scene in enumerate(scenes if isinstance(scenes, list) else (), 1):
        if isinstance(scene, dict):
            numbers = (scene.get(key) for key in ("scene_number", "sceneNumber"))
            yield position, next((number for number in numbers if number is not None), position), scene


def read_fields(
    written: object, where: str, model: type[BaseModel], aliases: Mapping[str, str], example: str
) -> dict[str, Any]:
    """Returns the fields of an item, which may be the name of a file alone.

    Args:
        written: the item in the script.
        where: names it, for errors.
        model: has the fields.
        aliases: further spellings of them.
        example: of an item, for errors.

    Raises:
        PermanentError: `invalid_order`.
    """
    if isinstance(written, str):
        return {"file": written}
    if not isinstance(written, Mapping):
        raise refuse_file(where, "it is neither the name of a file nor an object", f"write {example}")
    spelled = [(_CAPITAL.sub("_", str(key)).lower(), value) for key, value in written.items()]
    fields = {aliases.get(key, key): value for key, value in spelled}
    if len(fields) < len(spelled):
        raise refuse_file(where, f"two of {', '.join(map(str, written))} mean the same", "write only one of them")
    unknown = [key for key in fields if key not in model.model_fields]
    if unknown:
        known = ", ".join(name for name in model.model_fields if name != "scene_number")
        raise refuse_file(where, f"unknown key {unknown[0]!r}", f"known keys are {known}")
    return fields


def file_of(fields: Mapping[str, Any], folder: Path, where: str) -> Path | None:
    """Returns the file that an item names; None if it names none.

    Raises:
        PermanentError: `invalid_order`, it names an address.
    """
    named = fields.get("file")
    if not isinstance(named, str):
        return None
    if "://" in named:
        raise refuse_file(where, f"{named} is an address, not a file", "download it, and name the file")
    return folder / named


def validated(model: type[_Model], fields: Mapping[str, Any], where: str, page: str) -> _Model:
    """Returns the item with these fields.

    Raises:
        PermanentError: `invalid_order`, with the page of the documentation.
    """
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        fault = root_faults(error)[0]
        name = " ".join(map(str, fault["loc"]))
        message = f"{where}: {name} {fault_wording(fault)}" if name else f"{where}: {fault_wording(fault)}"
        raise PermanentError(FailureCode.INVALID_ORDER, message, hint=f"see {page}") from error
