"""Reads and mixes the voices of the neural model.

A voice is a style of 256 numbers for each length of an utterance. Files are read as plain numbers: nothing in them is
ever executed, even if their format allows it.
"""

import math
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "STYLE_SIZE",
    "Mixture",
    "VoicesError",
    "find_voices",
    "mix",
    "parse_mixture",
    "read_named",
    "read_voice",
    "similar_names",
]

STYLE_SIZE: Final = 256

_ROW_BYTES: Final = 4 * STYLE_SIZE
_MAX_VOICES: Final = 8
"""Per mixture."""

_MAX_SIMILAR: Final = 3

Mixture = tuple[tuple[str, float], ...]
"""Names of voices with their weights, which add up to 1."""


class VoicesError(ValueError):
    """A voice does not exist or cannot be read."""


def parse_mixture(wanted: str, known: Sequence[str]) -> Mixture:
    """Parses `af_sky`, `af_sky,af_heart` (equal parts) or `af_sky:3,af_heart:1`.

    Raises:
        VoicesError: a weight is invalid or a voice does not exist.
    """
    parts = [part.partition(":") for part in wanted.split(",")]
    weights: dict[str, float] = {}
    for name, colon, weight in parts:
        try:
            number = float(weight) if colon else 1.0
        except ValueError:
            number = math.nan
        if not 0 < number < math.inf:
            raise VoicesError(f"{weight!r} is not a valid weight; write, for example, {name.strip()}:2")
        if name.strip() not in known:
            raise VoicesError(f"there is no voice {name.strip()!r}")
        weights[name.strip()] = weights.get(name.strip(), 0) + number
    if len(weights) > _MAX_VOICES:
        raise VoicesError(f"a mixture has at most {_MAX_VOICES} voices")
    total = sum(weights.values())
    return tuple((name, weight / total) for name, weight in weights.items())


def similar_names(wanted: str, known: Iterable[str]) -> str:
    """Returns names that are spelled like the wanted one, as the beginning of a hint; empty if there are none."""
    names = {name.casefold(): name for name in known}
    parts = [part.partition(":")[0].strip().casefold() for part in wanted.split(",")]
    similar = [
        names[name] for part in parts if part not in names for name in get_close_matches(part, names, _MAX_SIMILAR)
    ]
    return f"similar names: {', '.join(dict.fromkeys(similar))}; " if similar else ""


def find_voices(folder: Path) -> dict[str, Path]:
    """Returns the voices in a folder of weights, each with its file.

    A file contains one voice (`voices/af_sky.pt` or `.bin`) or all of them (`voices-v1.0.bin`, `voices.npz`).

    Raises:
        VoicesError: a file with all voices is damaged.
    """
    found: dict[str, Path] = {}
    for path in sorted([*folder.glob("voices*.bin"), *folder.glob("voices*.npz")]):
        found |= dict.fromkeys(_names(path), path)
    for path in sorted((folder / "voices").glob("*")):
        if path.suffix in {".pt", ".bin"}:
            found[path.stem] = path
    return found


def read_voice(path: Path, name: str) -> NDArray[np.float32]:
    """Reads the styles of a voice, shape (rows, 256): row n - 1 is for an utterance of n phonemes.

    Raises:
        VoicesError: the file is damaged or not a voice.
    """
    try:
        raw = path.read_bytes() if path.suffix == ".bin" and not zipfile.is_zipfile(path) else _unpacked(path, name)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise VoicesError(f"the voice {name} cannot be read from {path}: {error}") from error
    if not raw or len(raw) % _ROW_BYTES:
        raise VoicesError(f"the voice {name} in {path} has {len(raw)} bytes, which is not a multiple of {_ROW_BYTES}")
    styles = np.frombuffer(raw, "<f4").reshape(-1, STYLE_SIZE)
    if not np.isfinite(styles).all():
        raise VoicesError(f"the voice {name} in {path} contains values that are not finite")
    return styles.astype(np.float32)


def read_named(places: Mapping[str, Path], name: str) -> NDArray[np.float32]:
    """Reads the styles of a voice found by `find_voices`.

    Raises:
        VoicesError: it is not there any more, damaged or not a voice.
    """
    if name not in places:
        raise VoicesError(f"the voice {name} is not in the folder of weights any more")
    return read_voice(places[name], name)


def mix(mixture: Mixture, voices: Mapping[str, NDArray[np.float32]]) -> NDArray[np.float32]:
    """Mixes styles, for the lengths that all voices support."""
    rows = min(len(voices[name]) for name, _ in mixture)
    return np.asarray(sum(weight * voices[name][:rows] for name, weight in mixture), np.float32)


def _names(path: Path) -> list[str]:
    try:
        with zipfile.ZipFile(path) as archive:
            return [name.removesuffix(".npy") for name in archive.namelist() if name.endswith(".npy")]
    except (OSError, zipfile.BadZipFile) as error:
        raise VoicesError(f"the voices in {path} cannot be read: {error}") from error


def _unpacked(path: Path, name: str) -> bytes:
    """Returns the bytes of a tensor saved by PyTorch or an array saved by NumPy."""
    with zipfile.ZipFile(path) as archive:
        if path.suffix != ".pt":
            with archive.open(f"{name}.npy") as file:
                array = np.lib.format.read_array(file, allow_pickle=False)
            return np.ascontiguousarray(array, "<f4").tobytes()
        stored = [entry for entry in archive.namelist() if entry.endswith("/data/0")]
        if len(stored) != 1:
            message = "it is not one tensor"
            raise ValueError(message)
        return archive.read(stored[0])
