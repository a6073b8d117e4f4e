"""Paints the still grounds of themes, at full size. Pure and deterministic.

The same theme, variant and size give the same bytes, so that equal scenes have equal segments.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scenewire_assembly.maps.land import land_of
from scenewire_assembly.maps.projection import Map
from scenewire_assembly.themes.theme import Theme

__all__ = ["VARIANTS", "Ground"]

VARIANTS: Final = 4
"""Arrangements of one theme's ground; scenes take them in turn."""

_LIGHTS: Final = ((0.78, 0.22), (0.2, 0.25), (0.82, 0.75), (0.25, 0.8))
"""Places of the soft light, shares of the picture."""

_Numbers = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class _Paper:
    """What a painter paints on. Positions are shares of the picture, from its upper left corner."""

    theme: Theme
    variant: int
    width: int
    height: int
    quiet: bool
    """Whether captions may lie on its lower part, which then stays without ornaments."""

    @property
    def shorter(self) -> int:
        return min(self.width, self.height)

    @property
    def columns(self) -> _Numbers:
        """Shape (1, width)."""
        return ((np.arange(self.width, dtype=np.float32) + np.float32(0.5)) / np.float32(self.width))[None, :]

    @property
    def rows(self) -> _Numbers:
        """Shape (height, 1)."""
        return ((np.arange(self.height, dtype=np.float32) + np.float32(0.5)) / np.float32(self.height))[:, None]

    @property
    def colour(self) -> str:
        return self.theme.grounds[self.variant % len(self.theme.grounds)]

    def flat(self) -> _Numbers:
        return np.broadcast_to(_rgb(self.colour), (self.height, self.width, 3)).copy()

    def noise(self, cells: float, seed: int) -> _Numbers:
        """Smooth noise from 0 to 1 with so many cells along the longer side."""
        longer = max(self.width, self.height)
        shape = tuple(max(2, int(cells * side / longer) + 2) for side in (self.height, self.width))
        grid = _random(seed).random(shape, dtype=np.float32)
        return _smooth(_smooth(grid, self.height, 0), self.width, 1)


@dataclass(frozen=True)
class Ground:
    """The ground of a scene.

    Attributes:
        theme: selects the painter and the colours.
        variant: arrangement; counts from 0 and repeats.
        quiet: whether captions lie on its lower part, which then stays without ornaments.
        map: whose land covers it; None for none.
    """

    theme: Theme
    variant: int
    quiet: bool
    map: Map | None = None

    @property
    def colour(self) -> str:
        """What is mainly behind its letters, `RRGGBB`."""
        return self.theme.grounds[self.variant % len(self.theme.grounds)]

    def paint(self, width: int, height: int) -> bytes:
        """Paints it as packed 8-bit RGB, `width * height * 3` bytes. Blocks for some tenths of a second in full HD."""
        variant = self.variant % (VARIANTS * len(self.theme.grounds))
        if self.map is not None:
            return _paint_map(self.theme, variant, self.map, width, height)
        return _paint(self.theme, variant, width, height, quiet=self.quiet)


@lru_cache(maxsize=VARIANTS)
def _paint(theme: Theme, variant: int, width: int, height: int, *, quiet: bool) -> bytes:
    paper = _Paper(theme, variant, width, height, quiet)
    return _grained(paper, *_PAINTERS[theme.painting.name](paper))


def _paint_map(theme: Theme, variant: int, view: Map, width: int, height: int) -> bytes:
    paper, colours = _Paper(theme, variant, width, height, quiet=True), theme.map_colours
    picture, grain = _PAINTERS["plain" if colours.sea else theme.painting.name](paper)
    if colours.sea:
        picture = _blend(picture, _rgb(colours.sea), np.ones((height, width), np.float32))
    land = land_of(view, width, height)
    for colour, share in (
        (colours.land, land.land),
        (colours.marked, land.marked),
        (theme.ground, land.borders),
        (theme.accent, land.outline),
    ):
        picture = _blend(picture, _rgb(colour), share)
    return _grained(paper, picture, grain)


def _grained(paper: _Paper, picture: _Numbers, grain: float) -> bytes:
    """The grain hides the steps between neighbouring colours, which 8 bits would show as rings."""
    random = _random(101 * (paper.variant + 1))
    dither = random.random((paper.height, paper.width, 1), dtype=np.float32) - np.float32(0.5)
    levels = np.clip(picture + dither * np.float32(2 * grain), 0, 1) * np.float32(255) + np.float32(0.5)
    return levels.astype(np.uint8).tobytes()


def _plain(paper: _Paper) -> tuple[_Numbers, float]:
    return paper.flat(), 0.003


def _contours(paper: _Paper) -> tuple[_Numbers, float]:
    """A light from one corner, and the contour lines of a landscape."""
    light, line = (_rgb(code) for code in paper.theme.painting.colours[:2])
    x, y = _LIGHTS[paper.variant % VARIANTS]
    aspect = paper.width / paper.height
    distance = np.hypot((paper.columns - x) * max(aspect, 1.0), (paper.rows - y) / min(aspect, 1.0))
    picture = _blend(paper.flat(), light, np.exp(-np.square(distance / np.float32(0.85))))
    heights = np.float32(13) * (
        paper.noise(5, 11 + paper.variant) + np.float32(0.35) * paper.noise(11, 61 + paper.variant)
    )
    down, across = np.gradient(heights)
    lines = np.clip(1.15 - np.abs(heights - np.round(heights)) / (np.hypot(down, across) + 1e-6), 0, 1)
    strength = 0.55 * (0.6 * np.clip((distance - 0.15) / 0.7, 0, 1) + 0.25)
    return _blend(picture, line, lines * strength), 0.011


def _discs(paper: _Paper) -> tuple[_Numbers, float]:
    """Flat colour with two discs, a ring and, where no caption can lie, dots."""
    colours, turn = paper.theme.painting.colours, paper.variant % len(paper.theme.grounds)
    outer, inner = colours[2 * turn % len(colours)], colours[(2 * turn + 1) % len(colours)]
    picture = paper.flat()
    for x, y, radius, colour, ring in (
        (1.0, 0.0, 0.42, outer, 0.0),
        (0.985, 0.02, 0.2, inner, 0.0),
        (0.0, 1.0, 0.19, outer, 0.06),
    ):
        outside = np.hypot((paper.columns - x) * paper.width, (paper.rows - y) * paper.height) - radius * paper.shorter
        shape = np.clip(0.5 - outside, 0, 1)
        if ring:
            shape = shape * np.clip(0.5 + outside + ring * paper.shorter, 0, 1)
        picture = _blend(picture, _rgb(colour), shape)
    wide = paper.width > paper.height
    if not (paper.quiet and wide) and paper.width != paper.height:
        picture = _blend(picture, _rgb(paper.theme.text), _dots(paper))
    return picture, 0.003


def _dots(paper: _Paper) -> _Numbers:
    pitch = 0.036 * paper.shorter
    x, y = paper.columns * paper.width, paper.rows * paper.height
    dots = np.clip(0.5 - np.hypot(x % pitch - pitch / 2, y % pitch - pitch / 2) + 0.0048 * paper.shorter, 0, 1)
    right, bottom = paper.width - x, paper.height - y
    across = (right < 0.22 * paper.shorter) & (right > 0.04 * paper.shorter)
    down = (bottom < 0.30 * paper.shorter) & (bottom > 0.05 * paper.shorter)
    return np.asarray(dots * (across & down), np.float32)


def _grid(paper: _Paper) -> tuple[_Numbers, float]:
    """A glow from below, and a grid that fades towards the edges."""
    glow, line = (_rgb(code) for code in paper.theme.painting.colours[:2])
    distance = np.hypot((paper.columns - 0.5) * (paper.width / paper.height), paper.rows - 1.15)
    picture = _blend(paper.flat(), glow, np.exp(-np.square(distance / 0.75)) * 0.75)
    step = paper.shorter / 13.5
    across = np.abs((paper.columns * paper.width + step / 2) % step - step / 2)
    down = np.abs((paper.rows * paper.height + step / 2) % step - step / 2)
    lines = np.maximum(np.clip(1.1 - across, 0, 1), np.clip(1.1 - down, 0, 1))
    fade = np.clip(1 - np.hypot((paper.columns - 0.5) * 1.5, (paper.rows - 0.5) * 1.3) * 0.9, 0.12, 1)
    return _blend(picture, line, lines * fade * 0.9), 0.009


def _paper(paper: _Paper) -> tuple[_Numbers, float]:
    """Paper with fibres and darker corners."""
    clouds = paper.noise(7, 1 + paper.variant) - 0.5
    fibres = paper.noise(max(paper.width, paper.height) / 2.2, 4 + paper.variant) - 0.5
    corner = np.square(paper.columns - 0.5) + np.square(paper.rows - 0.5)
    shade = (1 + 0.035 * clouds) * (1 + 0.05 * fibres) * (1 - 0.16 * corner)
    return (paper.flat() * shade[:, :, None]).astype(np.float32), 0.015


_PAINTERS: Final[Mapping[str, Callable[[_Paper], tuple[_Numbers, float]]]] = {
    "plain": _plain,
    "contours": _contours,
    "discs": _discs,
    "grid": _grid,
    "paper": _paper,
}


def _rgb(code: str) -> _Numbers:
    return (np.frombuffer(bytes.fromhex(code), np.uint8) / np.float32(255)).astype(np.float32)


def _random(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def _blend(picture: _Numbers, colour: _Numbers, strength: NDArray[np.floating]) -> _Numbers:
    share = np.asarray(strength, np.float32)[:, :, None]
    return np.asarray(picture * (1 - share) + colour * share, np.float32)


def _smooth(grid: _Numbers, size: int, axis: int) -> _Numbers:
    """Enlarges along one axis with cubic (Catmull-Rom) interpolation."""
    count = grid.shape[axis]
    places = np.clip(
        (np.arange(size, dtype=np.float32) + np.float32(0.5)) * count / size - np.float32(0.5), 0, count - 1
    )
    first = np.floor(places).astype(int)
    share = (places - first).astype(np.float32)
    shape = (-1, 1) if axis == 0 else (1, -1)
    weights = (
        share * (share * (2 - share) - 1) / 2,
        (share * share * (3 * share - 5) + 2) / 2,
        share * ((4 - 3 * share) * share + 1) / 2,
        share * share * (share - 1) / 2,
    )
    parts = [
        np.take(grid, np.clip(first + offset, 0, count - 1), axis) * weight.reshape(shape)
        for offset, weight in zip((-1, 0, 1, 2), weights, strict=True)
    ]
    return np.asarray(np.clip(sum(parts), 0, 1), np.float32)
