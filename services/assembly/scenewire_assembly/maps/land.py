"""The land of a map: what a theme's colours cover. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scenewire.places.gazetteer import countries_of
from scenewire_assembly.maps.outlines import all_outlines
from scenewire_assembly.maps.projection import Map
from scenewire_assembly.maps.raster import fill, stroke

__all__ = ["Land", "land_of"]

_BORDER: Final = 1.7
_OUTLINE: Final = 2.8
"""Thickness, thousandths of the shorter side, about."""

_USUAL_SPAN: Final = 50.0
"""Degrees of longitude; maps of more have a finer outline, which would fill narrow islands."""

_ASIA_IN_RUSSIA: Final = (
    (66, 84), (66, 69), (66.5, 67.8), (62, 65.5), (59.5, 63.5), (59, 60), (58.5, 57), (60, 55.5), (58.7, 53), (60.5, 51),
    (61, 40), (200, 40), (200, 84), (66, 84),
)  # fmt: skip
"""Longitudes and latitudes around everything east of the Urals. Europe and Asia share Russia."""

_RUSSIA: Final = "country.ru"
_EUROPE: Final = "continent.europe"
_ASIA: Final = "continent.asia"

_Share = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Land:
    """Shares of each pixel, shape (height, width).

    Attributes:
        land: that is land.
        marked: that is land of the map's places.
        borders: that is a border or a coast.
        outline: that is the border of the first of the map's places.
    """

    land: _Share
    marked: _Share
    borders: _Share
    outline: _Share


def land_of(view: Map, width: int, height: int) -> Land:
    """Draws the land of a map. Blocks for some tenths of a second in full HD."""
    unit = min(width, height) / 1080
    rings = [
        (outline.place, ring) for outline in all_outlines() for ring in _images(view, outline.rings, width, height)
    ]
    every = [ring for _, ring in rings]
    marked = np.zeros((height, width), np.float32)
    for place in view.places:
        countries = countries_of(place) if place.startswith("continent.") else {place}
        marked = np.maximum(marked, fill([ring for owner, ring in rings if owner in countries], width, height))
        if place in (_EUROPE, _ASIA):
            marked = _with_russia(view, [ring for owner, ring in rings if owner == _RUSSIA], marked, place=place)
    first = [ring for owner, ring in rings if owner in view.places[:1]]
    return Land(
        land=fill(every, width, height),
        marked=marked,
        borders=stroke(every, _BORDER * unit, width, height),
        outline=stroke(first, _OUTLINE * unit * max(0.5, min(1, _USUAL_SPAN / view.span)), width, height),
    )


def _with_russia(view: Map, rings: Sequence[NDArray[np.float64]], marked: _Share, *, place: str) -> _Share:
    height, width = marked.shape
    asia = list(_images(view, [np.array(_ASIA_IN_RUSSIA, np.float64)], width, height))
    east = np.minimum(fill(rings, width, height), fill(asia, width, height))
    return np.maximum(marked, east) if place == _ASIA else np.asarray(np.clip(marked - east, 0, 1), np.float32)


def _images(view: Map, rings: Iterable[NDArray[np.float64]], width: int, height: int) -> Iterator[NDArray[np.float64]]:
    """Yields rings in pixels, once for each time that they lie in the picture: a wide map shows some twice."""
    left, right = (view.longitude + view.span * edge for edge in (-view.x, 1 - view.x))
    for ring in rings:
        west, east = float(ring[:, 0].min()), float(ring[:, 0].max())
        projected = None
        for turn in (-360, 0, 360):
            if east + turn > left and west + turn < right:
                projected = view.project(ring, width, height) if projected is None else projected
                yield projected + np.array((turn * width / view.span, 0.0))
