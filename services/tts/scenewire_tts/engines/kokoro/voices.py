"""Voices of the neural model: their names, mixtures of them, and their numbers.

A voice is 256 numbers for each length of an utterance. Files are read as plain numbers: nothing in them is executed,
whatever their format could hold.
"""

import math
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["STYLE", "Mixture", "VoicesError", "find_voices", "mix", "parse_mixture", "read_voice"]

STYLE: Final = 256
"""Numbers of a style."""

_ROW: Final = 4 * STYLE
_MOST: Final = 8
"""Voices of a mixture."""

Mixture = tuple[tuple[str, float], ...]
"""Names of voices, each with its share; the shares add up to 1."""


class VoicesError(ValueError):
    """A voice cannot be read, or there is none of this name."""


def parse_mixture(wanted: str, known: Sequence[str]) -> Mixture:
    """The voices of `af_sky`, of `af_sky,af_heart` in equal parts, or of `af_sky:3,af_heart:1`.

    Raises:
        VoicesError: with the names that there are.
    """
    parts = [part.partition(":") for part in wanted.split(",")]
    shares: dict[str, float] = {}
    for name, colon, share in parts:
        try:
            number = float(share) if colon else 1.0
        except ValueError:
            number = math.nan
        if not 0 < number < math.inf:
            raise VoicesError(f"{share!r} is no share of a voice; write {name.strip()}:2")
        if name.strip() not in known:
            raise VoicesError(f"there is no voice {name.strip()!r}; there are {', '.join(sorted(known)) or 'none'}")
        shares[name.strip()] = shares.get(name.strip(), 0) + number
    if len(shares) > _MOST:
        raise VoicesError(f"a mixture has at most {_MOST} voices")
    total = sum(shares.values())
    return tuple((name, share / total) for name, share in shares.items())


def find_voices(folder: Path) -> dict[str, Path]:
    """Names of the voices in a folder of weights, each with the file that holds it.

    Voices lie one in a file (`voices/af_sky.pt` or `.bin`), or all in one (`voices-v1.0.bin`, `voices.npz`).

    Raises:
        VoicesError: a file with all of them is damaged.
    """
    found: dict[str, Path] = {}
    for path in sorted([*folder.glob("voices*.bin"), *folder.glob("voices*.npz")]):
        found |= dict.fromkeys(_names(path), path)
    for path in sorted((folder / "voices").glob("*")):
        if path.suffix in {".pt", ".bin"}:
            found[path.stem] = path
    return found


def read_voice(path: Path, name: str) -> NDArray[np.float32]:
    """The styles of a voice, shape (rows, 256): row n - 1 for an utterance of n phonemes.

    Raises:
        VoicesError: the file is damaged or holds something else.
    """
    try:
        raw = path.read_bytes() if path.suffix == ".bin" and not zipfile.is_zipfile(path) else _unpacked(path, name)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise VoicesError(f"the voice {name} cannot be read from {path}: {error}") from error
    if not raw or len(raw) % _ROW:
        raise VoicesError(f"the voice {name} in {path} is {len(raw)} bytes long, which is no multiple of {_ROW}")
    styles = np.frombuffer(raw, "<f4").reshape(-1, STYLE)
    if not np.isfinite(styles).all():
        raise VoicesError(f"the voice {name} in {path} holds something that is no number")
    return styles.astype(np.float32)


def mix(mixture: Mixture, voices: Mapping[str, NDArray[np.float32]]) -> NDArray[np.float32]:
    """The styles of a mixture, for lengths that all its voices know."""
    rows = min(len(voices[name]) for name, _ in mixture)
    return np.asarray(sum(share * voices[name][:rows] for name, share in mixture), np.float32)


def _names(path: Path) -> list[str]:
    try:
        with zipfile.ZipFile(path) as archive:
            return [name.removesuffix(".npy") for name in archive.namelist() if name.endswith(".npy")]
    except (OSError, zipfile.BadZipFile) as error:
        raise VoicesError(f"the voices in {path} cannot be read: {error}") from error


def _unpacked(path: Path, name: str) -> bytes:
    """The numbers of a tensor that PyTorch saved, or of an array that NumPy did."""
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
