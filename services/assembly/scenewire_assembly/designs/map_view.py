"""What the map of a sentence shows. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from scenewire.places.gazetteer import locations
from scenewire_assembly.designs.zones import Zones
from scenewire_assembly.maps.outlines import Box, outlines_by_place
from scenewire_assembly.maps.projection import Map, mercator, nearest_turn, unmercator

__all__ = ["Spot", "map_of", "spot_of"]

_FOCUS: Final = {"wide": (0.60, 0.43), "upright": (0.5, 0.34), "square": (0.74, 0.43)}
"""Where the place in focus is, shares of the picture."""

_MIDDLE: Final = {"wide": (0.66, 0.43), "upright": (0.5, 0.31), "square": (0.62, 0.43)}
"""Where the middle of what must fit is, shares of the picture."""

_ROOM: Final = {"wide": (0.62, 0.72), "upright": (0.84, 0.30), "square": (0.66, 0.64)}
"""What must fit fills at most these shares of the width and height."""

_SPAN: Final = 34.0
_UPRIGHT: Final = 21 / 34
"""An upright map shows less of the world's width."""

_NARROW: Final = 24.0
"""Span of the map of a canal or strait: a point is as large as it is."""

_MARGIN: Final = 1.4
_MAX_SPAN: Final = 320.0


@dataclass(frozen=True)
class Spot:
    """A place on maps.

    Attributes:
        place: its id.
        longitude: degrees.
        latitude: likewise.
        box: what belongs to it.
        span: degrees of longitude over a wide picture that shows it among its surroundings.
        is_point: whether a point can mark it; a continent is too large for one.
        is_exact: whether the point is the place itself, not the middle of an area.
    """

    place: str
    longitude: float
    latitude: float
    box: Box
    span: float
    is_point: bool = True
    is_exact: bool = False


def spot_of(place: str, near: Spot | None = None) -> Spot | None:
    """Returns a place, or None if this version of the data does not know it.

    Args:
        place: its id.
        near: the place in focus, if it is another one: of a large water, the part that is nearest to it.
    """
    if outline := outlines_by_place().get(place):
        return Spot(place, outline.longitude, outline.latitude, outline.box, _SPAN)
    if location := locations().get(place):
        x, y = location.longitude, location.latitude
        if near is not None:
            x, y = min(((x, y), *location.further), key=lambda point: _distance(near, *point))
        return Spot(
            place,
            x,
            y,
            Box(x, y, x, y),
            location.span or _SPAN,
            is_point=not place.startswith("continent."),
            is_exact=location.span is None or location.span <= _NARROW,
        )
    return None


def _distance(spot: Spot, longitude: float, latitude: float) -> float:
    across = (nearest_turn(longitude, spot.longitude) - spot.longitude) * math.cos(math.radians(spot.latitude))
    return math.hypot(across, latitude - spot.latitude)


def map_of(spots: Sequence[Spot], zones: Zones, *, mirrored: bool = False) -> Map:
    """The map of some places, the first of which is in focus.

    Args:
        spots: at least one.
        zones: of the picture.
        mirrored: whether texts stand at the right.
    """
    main, shape = spots[0], zones.shape
    usual = main.span * (_UPRIGHT if zones.upright else 1)
    box = _around(spots, usual)
    margin = _MARGIN if len(spots) > 1 else 1.0
    across, down = _ROOM[shape]
    tall = mercator(box.north) - mercator(box.south)
    span = max((box.east - box.west) * margin / across, tall * margin / down * zones.width / zones.height)
    x, y = _FOCUS[shape]
    longitude, latitude = main.longitude, main.latitude
    if span > usual or len(spots) > 1:
        x, y = _MIDDLE[shape]
        longitude = (box.west + box.east) / 2
        latitude = unmercator((mercator(box.south) + mercator(box.north)) / 2)
    marked = tuple(spot.place for spot in spots if not spot.place.startswith(("capital.", "sea.")))
    return Map(longitude, latitude, min(max(span, usual), _MAX_SPAN), 1 - x if mirrored else x, y, marked)


def _around(spots: Sequence[Spot], usual: float) -> Box:
    """The box of all places. Of several, those that are too large for a usual map count with their points only."""
    main = spots[0]
    boxes = [
        spot.box
        if len(spots) == 1 or max(spot.box.east - spot.box.west, spot.box.north - spot.box.south) < usual
        else Box(spot.longitude, spot.latitude, spot.longitude, spot.latitude)
        for spot in spots
    ]
    turns = [nearest_turn(box.west, main.longitude) - box.west for box in boxes]
    return Box(
        min(box.west + turn for box, turn in zip(boxes, turns, strict=True)),
        min(box.south for box in boxes),
        max(box.east + turn for box, turn in zip(boxes, turns, strict=True)),
        max(box.north for box in boxes),
    )
