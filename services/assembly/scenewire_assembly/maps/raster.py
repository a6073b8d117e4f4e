"""Fills outlines in a picture, with smooth edges. Pure."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["fill", "stroke"]

_LINES: Final = 4
"""Lines of each row of pixels that are measured; along a line, coverage is exact."""

_Points = NDArray[np.float64]


def fill(rings: Sequence[_Points], width: int, height: int) -> NDArray[np.float32]:
    """The share of each pixel that lies within rings, shape (height, width).

    Args:
        rings: places in pixels, shape (points, 2); the last point is the first one. Holes run the other way round.
        width: of the picture.
        height: likewise.
    """
    visible = [ring for ring in rings if _is_visible(ring, width, height)]
    if not visible:
        return np.zeros((height, width), np.float32)
    edges = np.concatenate([np.hstack([ring[:-1], ring[1:]]) for ring in visible])
    return _coverage(edges, width, height)


def stroke(rings: Sequence[_Points], thickness: float, width: int, height: int) -> NDArray[np.float32]:
    """The share of each pixel that lies on lines along rings, shape (height, width)."""
    visible = [ring for ring in rings if _is_visible(ring, width, height)]
    if not visible:
        return np.zeros((height, width), np.float32)
    start, end = (np.concatenate([ring[part] for ring in visible]) for part in (slice(-1), slice(1, None)))
    near = np.minimum(start, end)
    far = np.maximum(start, end)
    inside = ((far >= -thickness) & (near <= [width + thickness, height + thickness])).all(axis=1)
    start, end = start[inside], end[inside]
    way = end - start
    along = way / np.maximum(np.hypot(way[:, 0], way[:, 1]), 1e-9)[:, None] * thickness / 2
    across = along[:, ::-1] * [-1, 1]
    start, end = start - along, end + along  # so that bends have no notches
    corners = [start + across, end + across, end - across, start - across]
    sides = [
        np.hstack([corner, following]) for corner, following in zip(corners, corners[1:] + corners[:1], strict=True)
    ]
    return _coverage(np.concatenate(sides), width, height)


def _is_visible(ring: _Points, width: int, height: int) -> bool:
    (left, top), (right, bottom) = ring.min(axis=0), ring.max(axis=0)
    return bool(right > 0 and left < width and bottom > 0 and top < height)


def _coverage(edges: _Points, width: int, height: int) -> NDArray[np.float32]:
    """Sums for each pixel how often edges wind around it, as a share of its area; beyond once counts as once."""
    x0, y0, x1, y1 = edges.T
    upper, lower = np.minimum(y0, y1), np.maximum(y0, y1)
    first, last = (np.clip(np.ceil(y * _LINES - 0.5), 0, height * _LINES).astype(np.int64) for y in (upper, lower))
    crosses = last > first
    first, count = first[crosses], (last - first)[crosses]
    x0, y0, x1, y1 = (side[crosses] for side in (x0, y0, x1, y1))
    line = np.repeat(first - np.cumsum(count) + count, count) + np.arange(count.sum())
    slope = (x1 - x0) / (y1 - y0)
    x = np.repeat(x0 - y0 * slope, count) + (line + 0.5) / _LINES * np.repeat(slope, count)
    turn = np.repeat(np.sign(y1 - y0) / _LINES, count)
    within = x < width
    x, line, turn = np.maximum(x[within], 0), line[within], turn[within]
    column = x.astype(np.int64)
    share = x - column
    # What a crossing changes, from its pixel on to the right edge.
    at = line // _LINES * (width + 1) + column
    size = height * (width + 1) + 1
    change = np.bincount(at, turn * (1 - share), size) + np.bincount(at + 1, turn * share, size)
    winding = np.cumsum(change[:-1].reshape(height, width + 1), axis=1)[:, :-1]
    return np.minimum(np.abs(winding), 1).astype(np.float32)
