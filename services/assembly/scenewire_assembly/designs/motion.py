"""Curves and lengths of movements. Pure.

libass moves at constant speed; its accelerations do not reach these curves. So movements are baked: one event a frame.
"""

from functools import lru_cache
from typing import Final

__all__ = ["BACK", "COUNT", "IN_OUT", "OUT", "Curve", "frames_at"]

_HALVINGS: Final = 40
_REFERENCE_RATE: Final = 30


class Curve:
    """A cubic Bézier curve from (0, 0) to (1, 1).

    Args:
        x1: first control point.
        y1: likewise.
        x2: second control point.
        y2: likewise.
    """

    def __init__(self, x1: float, y1: float, x2: float, y2: float) -> None:
        self._points = (x1, y1, x2, y2)

    def at(self, share: float) -> float:
        """The share of the way after a share of the time."""
        return _bezier(*self._points, min(1.0, max(0.0, share)))


OUT: Final = Curve(0.16, 1, 0.3, 1)
"""Words, plates, rules."""

COUNT: Final = Curve(0.33, 1, 0.68, 1)
IN_OUT: Final = Curve(0.65, 0, 0.35, 1)
BACK: Final = Curve(0.34, 1.56, 0.64, 1)


def frames_at(count: int, frame_rate: int) -> int:
    """The frames that last as long as `count` frames at 30 a second; at least 2."""
    return max(2, round(count * frame_rate / _REFERENCE_RATE))


@lru_cache(maxsize=4096)
def _bezier(x1: float, y1: float, x2: float, y2: float, share: float) -> float:
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if _coordinate(x1, x2, middle) < share:
            low = middle
        else:
            high = middle
    return _coordinate(y1, y2, low)


def _coordinate(first: float, second: float, t: float) -> float:
    return 3 * (1 - t) ** 2 * t * first + 3 * (1 - t) * t * t * second + t**3
