"""Writes the outlines of countries that maps are drawn with.

scripts/map_outlines.py countries-50m.json

The file is part of the npm package world-atlas 2.0.2 (ISC licence): Natural Earth's Admin 0 countries 1:50m, version
4.1.0, as TopoJSON. Natural Earth is in the public domain (naturalearthdata.com). Borders in dispute are Natural Earth's.

Rings are made continuous where they cross the antimeridian, and Antarctica is closed at the pole. A country's point is
the place within its largest part that is farthest from its border; its box is that of its large parts.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from scenewire.places.gazetteer import iso_numbers

OUTLINES: Final = Path(__file__).parents[1] / "services/assembly/scenewire_assembly/maps/outlines.npz"

_STEPS: Final = 200
"""Parts of a degree that coordinates are rounded to."""

_KOSOVO: Final = ("Kosovo", "country.xk")
_LARGE_PART: Final = 0.25
"""Share of the largest part's area from which a part counts for the box: Hokkaido does, Alaska does not."""

_POLE: Final = -89.9
_SAMPLES: Final = 60
_TURN: Final = 360

Ring = NDArray[np.float64]
"""Longitudes and latitudes, shape (points, 2); the last point is the first one."""


def main() -> None:
    """Reads the TopoJSON file and writes the outlines."""
    topology = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    arcs = _arcs(topology)
    numbers = iso_numbers()
    ids: list[str] = []
    rings: list[Ring] = []
    owners: list[int] = []
    centres: list[tuple[float, ...]] = []
    for geometry in topology["objects"]["countries"]["geometries"]:
        name = geometry["properties"]["name"]
        place = _KOSOVO[1] if name == _KOSOVO[0] else numbers.get(geometry.get("id", ""), "")
        place = "" if place in ids else place  # a second outline under the same number is one of its territories
        parts = list(_rings(geometry, arcs))
        rings += parts
        owners += [len(ids)] * len(parts)
        centres.append((*_inner_point(max(parts, key=_area)), *_box(parts)))
        ids.append(place)
    points = [np.round(ring * _STEPS).astype(np.int32) for ring in rings]
    deltas = np.concatenate([np.diff(ring, axis=0) for ring in points])
    np.savez_compressed(
        OUTLINES,
        ids=np.array(ids),
        places=np.array(centres, np.float32),
        owners=np.array(owners, np.int16),
        lengths=np.array([len(ring) - 1 for ring in points], np.int32),
        starts=np.array([ring[0] for ring in points], np.int32),
        deltas=deltas.astype(np.int16),
        steps=np.array(_STEPS, np.int32),
    )
    sys.stdout.write(f"{len(ids)} outlines, {len(deltas)} points, {OUTLINES.stat().st_size} bytes\n")


def _arcs(topology: dict[str, Any]) -> list[Ring]:
    scale, translate = (np.array(topology["transform"][name]) for name in ("scale", "translate"))
    return [np.cumsum(np.array(arc), axis=0) * scale + translate for arc in topology["arcs"]]


def _rings(geometry: dict[str, Any], arcs: Sequence[Ring]) -> Iterator[Ring]:
    polygons = [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry["arcs"]
    for polygon in polygons:
        for indices in polygon:
            parts = [arcs[index] if index >= 0 else arcs[~index][::-1] for index in indices]
            yield _continuous(np.concatenate([parts[0], *(part[1:] for part in parts[1:])]))


def _continuous(ring: Ring) -> Ring:
    longitudes = np.unwrap(ring[:, 0], period=_TURN)
    whole = np.column_stack([longitudes, ring[:, 1]])
    if abs(longitudes[-1] - longitudes[0]) < 1:
        return whole
    steps = np.linspace(longitudes[-1], longitudes[0], 9)  # a difference must fit 16 bits
    pole = np.column_stack([steps, np.full(len(steps), _POLE)])
    return np.concatenate([whole, pole, whole[:1]])


def _area(ring: Ring) -> float:
    """Square degrees at the equator, about; a sphere has no simple formula for it."""
    x, y = ring[:, 0] * np.cos(np.radians(ring[:, 1].mean())), ring[:, 1]
    return abs(float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]))) / 2


def _box(parts: Sequence[Ring]) -> tuple[float, float, float, float]:
    """West, south, east and north of the large parts, next to the largest one."""
    largest = max(parts, key=_area)
    points = largest
    for part in parts:
        if part is not largest and _area(part) >= _LARGE_PART * _area(largest):
            turns = np.round((largest[:, 0].mean() - part[:, 0].mean()) / _TURN)
            points = np.concatenate([points, part + np.array((turns * _TURN, 0.0))])
    (west, south), (east, north) = points.min(axis=0), points.max(axis=0)
    return float(west), float(south), float(east), float(north)


def _inner_point(ring: Ring) -> tuple[float, float]:
    """The point of a grid that is within a ring and farthest from it; the middle of a ring too small for the grid."""
    stretch = np.array([np.cos(np.radians(ring[:, 1].mean())), 1])
    flat = ring * stretch
    (left, bottom), (right, top) = flat.min(axis=0), flat.max(axis=0)
    share = (np.arange(_SAMPLES) + 0.5) / _SAMPLES
    best, distance = flat[:-1].mean(axis=0), -1.0
    start, end = flat[:-1], flat[1:]
    way = end - start
    length = np.maximum((way**2).sum(axis=1), 1e-12)
    for x in left + share * (right - left):
        for y in bottom + share * (top - bottom):
            crossing = (start[:, 1] > y) != (end[:, 1] > y)
            where = start[crossing, 0] + (y - start[crossing, 1]) / way[crossing, 1] * way[crossing, 0]
            if np.count_nonzero(where > x) % 2:
                along = np.clip((([x, y] - start) * way).sum(axis=1) / length, 0, 1)[:, None]
                near = float(np.hypot(*(start + along * way - [x, y]).T).min())
                if near > distance:
                    best, distance = np.array([x, y]), near
    longitude, latitude = best / stretch
    return float(longitude), float(latitude)


if __name__ == "__main__":
    main()
