"""What a map shows, and where places are on it. Pure. The projection is Mercator's."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["MAX_LATITUDE", "Map", "mercator", "nearest_turn", "unmercator"]

MAX_LATITUDE: Final = 84.0
"""The projection has no poles."""

_TURN: Final = 360


@dataclass(frozen=True)
class Map:
    """A map.

    Attributes:
        longitude: of the point that is in focus, degrees.
        latitude: likewise.
        span: degrees of longitude over the picture's width.
        x: where the point is in the picture, a share of the width.
        y: likewise, of the height.
        places: ids of countries and continents whose land is marked; the first one is outlined, too.
    """

    longitude: float
    latitude: float
    span: float
    x: float
    y: float
    places: tuple[str, ...] = ()

    def at(self, longitude: float, latitude: float, width: int, height: int) -> tuple[float, float]:
        """Where a place is, pixels. Of its images around the globe, the one nearest to the focus."""
        scale = width / self.span
        across = nearest_turn(longitude, self.longitude) - self.longitude
        down = mercator(self.latitude) - mercator(latitude)
        return self.x * width + across * scale, self.y * height + down * scale

    def project(self, points: NDArray[np.float64], width: int, height: int) -> NDArray[np.float64]:
        """Where points are, pixels.

        Args:
            points: longitudes and latitudes, shape (points, 2).
            width: of the picture.
            height: likewise.
        """
        scale = width / self.span
        latitudes = np.radians(np.clip(points[:, 1], -MAX_LATITUDE, MAX_LATITUDE))
        ups = np.degrees(np.log(np.tan(np.pi / 4 + latitudes / 2)))
        return np.column_stack(
            [
                self.x * width + (points[:, 0] - self.longitude) * scale,
                self.y * height + (mercator(self.latitude) - ups) * scale,
            ]
        )


def mercator(latitude: float) -> float:
    """The height of a latitude on the map, in degrees of longitude."""
    limited = math.radians(max(-MAX_LATITUDE, min(MAX_LATITUDE, latitude)))
    return math.degrees(math.log(math.tan(math.pi / 4 + limited / 2)))


def unmercator(height: float) -> float:
    """The latitude at a height."""
    return math.degrees(2 * math.atan(math.exp(math.radians(height))) - math.pi / 2)


def nearest_turn(longitude: float, other: float) -> float:
    """A longitude, whole turns added so that it is at most half a turn from another one."""
    return longitude + _TURN * round((other - longitude) / _TURN)
