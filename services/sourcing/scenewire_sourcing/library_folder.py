"""The files of the library: clips and stills, their sidecars, and what is left out and why."""

import hashlib
import json
import os
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

from pydantic import ValidationError

from scenewire.probe.file_types import CLIP_TYPES, FOOTAGE_TYPES, STILL_TYPES
from scenewire.text.words import WORD_PART
from scenewire_sourcing.candidates import FoundFootage

__all__ = ["Census", "LeftOut", "LibraryFile", "count_files", "describe_file", "walk", "with_sidecars"]

_SIDECAR: Final = ".json"
_MAX_SIDECAR_BYTES: Final = 64 << 10
_FROM_THE_FILE: Final = frozenset({"id", "kind", "file_name"})
"""Fields that a sidecar cannot state."""


class LibraryFile(NamedTuple):
    """A clip, a still or a sidecar."""

    name: str
    """Path below the folder."""
    mtime_ns: int
    size: int
    """Bytes."""

    @property
    def suffix(self) -> str:
        """The end of its name, in lower case."""
        return Path(self.name).suffix.lower()

    @property
    def is_still(self) -> bool:
        """Whether its name is that of a picture."""
        return self.suffix in STILL_TYPES

    @property
    def sidecar_name(self) -> str:
        """The name of the sidecar that describes it."""
        return str(Path(self.name).with_suffix(_SIDECAR))


class LeftOut(NamedTuple):
    """A file that is not offered as footage."""

    name: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Census:
    """What a folder holds.

    Attributes:
        clips: usable by name, size and permissions; none was decoded.
        stills: the same.
        left_out: files that no search finds, or that are refused when they are used.
        faults: what is wrong with sidecars, whose other fields are used.
    """

    clips: int
    stills: int
    left_out: tuple[LeftOut, ...]
    faults: tuple[str, ...]


def walk(root: Path) -> Iterator[LibraryFile | LeftOut]:
    """Yields the files of a folder, except hidden ones."""
    errors: list[OSError] = []
    for folder, folders, names in os.walk(root, onerror=errors.append):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            if not name.startswith("."):
                yield _entry(root, Path(folder, name))
    for error in errors:
        yield LeftOut(str(Path(error.filename).relative_to(root)), "in a folder that cannot be read")


def _entry(root: Path, path: Path) -> LibraryFile | LeftOut:
    below = str(path.relative_to(root))
    if path.suffix.lower() not in FOOTAGE_TYPES.keys() | {_SIDECAR}:
        return LeftOut(below, "of an unknown kind")
    try:
        below.encode()
        if not path.resolve(strict=True).is_relative_to(root):
            return LeftOut(below, "linked from outside the folder")
        found = path.stat()
        return LibraryFile(below, found.st_mtime_ns, found.st_size) if path.is_file() else LeftOut(below, "not a file")
    except UnicodeEncodeError:
        return LeftOut(below, "with a name that is not Unicode")
    except (OSError, RuntimeError):
        return LeftOut(below, "not readable")  # deleted meanwhile, or a broken or circular link


def with_sidecars(files: Iterable[LibraryFile]) -> Iterator[tuple[LibraryFile, str | None]]:
    """Yields clips and stills, each with the name of its sidecar, None without one; but no previews."""
    listed = list(files)
    present = {file.name for file in listed}
    for file in listed:
        if file.suffix in FOOTAGE_TYPES and not _is_preview(file, present):
            yield file, file.sidecar_name if file.sidecar_name in present else None


def _is_preview(file: LibraryFile, present: Collection[str]) -> bool:
    """Whether a picture has the name of a clip next to it."""
    clips = (
        Path(file.name).with_suffix(suffix) for suffix in CLIP_TYPES.keys() | {suffix.upper() for suffix in CLIP_TYPES}
    )
    return file.is_still and any(str(clip) in present for clip in clips)


def describe_file(root: Path, file: LibraryFile, sidecar: str | None) -> tuple[FoundFootage, str]:
    """Describes a clip or a still; returns also what is wrong with its sidecar.

    An invalid field of the sidecar costs that field only, and the clip's rights need review then.
    """
    described, problem = ({}, "") if sidecar is None else _read_sidecar(root / sidecar)
    name = Path(file.name)
    own, above = _words(name.stem), [word for part in name.parent.parts for word in _words(part)]
    plain: dict[str, Any] = {
        "id": hashlib.sha256(file.name.encode()).hexdigest()[:20],
        "kind": "still" if file.is_still else "clip",
        "title": " ".join(own) or "clip",
        "file_name": name.name,
        "keywords": [*own, *above],
    }
    given = {key: value for key, value in described.items() if value is not None and key not in _FROM_THE_FILE}
    invalid = _invalid_fields(given)
    given = {key: value for key, value in given.items() if key not in invalid}
    fields = plain | {key: value for key, value in given.items() if value or key not in plain}
    fault = problem or (f"{name.with_suffix(_SIDECAR).name} has an invalid {' and '.join(invalid)}" if invalid else "")
    if fault:
        fields["review"] = "; ".join(filter(None, (fault, given.get("review"))))
    return FoundFootage.model_validate(fields), fault


def count_files(folder: Path, *, max_bytes: int) -> Census:
    """Counts the files of a folder, and explains what is left out.

    Args:
        folder: the library.
        max_bytes: largest accepted file.

    Raises:
        OSError: the folder cannot be read.
    """
    root = folder.resolve(strict=True)
    entries = list(walk(root))
    files = sorted(entry for entry in entries if isinstance(entry, LibraryFile))
    left_out = [entry for entry in entries if isinstance(entry, LeftOut)]
    used, faults, counts = set[str](), dict[str, None](), {True: 0, False: 0}
    for file, sidecar in with_sidecars(files):
        if sidecar is not None:
            used.add(sidecar)
        if reason := _reason(root, file, max_bytes):
            left_out.append(LeftOut(file.name, reason))
            continue
        counts[file.is_still] += 1
        _, fault = describe_file(root, file, sidecar)
        if fault:
            faults[fault] = None
    present = {file.name for file in files}
    left_out += [LeftOut(file.name, "the preview of a clip") for file in files if _is_preview(file, present)]
    left_out += [
        LeftOut(file.name, "without the file that it describes")
        for file in files
        if file.suffix == _SIDECAR and file.name not in used
    ]
    return Census(clips=counts[False], stills=counts[True], left_out=tuple(left_out), faults=tuple(faults))


def _reason(root: Path, file: LibraryFile, max_bytes: int) -> str:
    """Returns why a clip or a still will be refused; empty if nothing speaks against it."""
    if not os.access(root / file.name, os.R_OK):
        return "not readable"
    if file.size == 0:
        return "empty"
    return f"larger than {max_bytes / 1e9:.3g} GB" if file.size > max_bytes else ""


def _read_sidecar(path: Path) -> tuple[dict[str, Any], str]:
    """Returns the fields of a sidecar, and what is wrong with it as a whole."""
    try:
        if path.stat().st_size > _MAX_SIDECAR_BYTES:
            return {}, f"{path.name} is larger than {_MAX_SIDECAR_BYTES >> 10} KiB"
        described = json.loads(path.read_bytes())
    except json.JSONDecodeError as error:
        return {}, f"{path.name} is not JSON: line {error.lineno}, {error.msg}"
    except (OSError, ValueError, RecursionError):
        return {}, f"{path.name} cannot be read"
    if not isinstance(described, dict):
        return {}, f"{path.name} is not a JSON object"
    return {"licence": described.get("license"), **described}, ""


def _invalid_fields(described: dict[str, Any]) -> list[str]:
    try:
        FoundFootage.model_validate(described | {"id": "any"})
    except ValidationError as error:
        return sorted({str(fault["loc"][0]) for fault in error.errors()})
    return []


def _words(text: str) -> list[str]:
    return [word.lower() for word in WORD_PART.findall(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text))]
