"""The outlines of countries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["Box", "Outline", "all_outlines", "outlines_by_place"]

_FILE: Final = "outlines.npz"


@dataclass(frozen=True)
class Box:
    """A stretch of the world, degrees."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True, eq=False)
class Outline:
    """A country.

    Attributes:
        place: its id in the gazetteer; empty for outlines that no name leads to.
        longitude: of a point in its largest part, degrees.
        latitude: likewise.
        box: of its large parts.
        rings: longitudes and latitudes, shape (points, 2); the last point of a ring is its first one. Holes run the other
            way round. Rings may leave the range from -180 to 180 degrees.
    """

    place: str
    longitude: float
    latitude: float
    box: Box
    rings: Sequence[NDArray[np.float64]]


@cache
def all_outlines() -> tuple[Outline, ...]:
    """Reads all outlines. Blocks for some hundredths of a second the first time."""
    with (files(__package__) / _FILE).open("rb") as file, np.load(file, allow_pickle=False) as data:
        ids, places, owners = data["ids"], data["places"], data["owners"]
        lengths, starts, deltas, steps = data["lengths"], data["starts"], data["deltas"], int(data["steps"])
    rings: list[list[NDArray[np.float64]]] = [[] for _ in ids]
    ends = np.cumsum(lengths)
    for owner, start, end, length in zip(owners, starts, ends, lengths, strict=True):
        way = np.cumsum(deltas[end - length : end], axis=0, dtype=np.int64)
        rings[owner].append(np.concatenate([start[None], start + way]) / steps)
    return tuple(
        Outline(str(place), float(row[0]), float(row[1]), Box(*map(float, row[2:])), parts)
        for place, row, parts in zip(ids, places, rings, strict=True)
    )


@cache
def outlines_by_place() -> Mapping[str, Outline]:
    """The outlines of countries that the gazetteer knows, by their ids."""
    return {outline.place: outline for outline in all_outlines() if outline.place}
