"""Small shapes that drift over a still ground, so that a scene in which nobody speaks does not look frozen. Pure."""

import math
from random import Random
from typing import Final

from scenewire_assembly.designs.drawing import Box, Drawing, Span
from scenewire_assembly.designs.zones import Zones
from scenewire_assembly.themes.theme import Theme

__all__ = ["draw_life"]

_SIZES: Final = (10, 48)
_WAYS: Final = (30, 120)
"""How far a shape drifts over the scene."""

_ON_MANY_GROUNDS: Final = "FFFFFF"
"""A line's colour suits one ground only."""

_OPACITY: Final = 0.5
"""So faint that letters over a shape keep their contrast."""

_AREAS: Final = {
    "wide": ((0.62, 0.95), (0.06, 0.90)),
    "upright": ((0.06, 0.90), (0.68, 0.94)),
    "square": ((0.66, 0.95), (0.06, 0.90)),
}
"""Where they begin, shares of width and height: mostly beside or below the letters."""


def draw_life(
    drawing: Drawing, theme: Theme, zones: Zones, span: Span, *, seed: int, row: int, frames: int, from_right: bool
) -> None:
    """Draws the drifting shapes of a scene for a part of it; each goes on where another part left it.

    Args:
        drawing: receives the events.
        theme: how many there are, and their colour.
        zones: of the picture.
        span: the part.
        seed: decides where they begin.
        row: how many scenes before it they have drifted for.
        frames: length of the whole scene.
        from_right: whether its text runs from the right, so that they are at the left.
    """
    colour = _ON_MANY_GROUNDS if theme.more_grounds else theme.line
    random = Random(seed)  # noqa: S311 - the same scene must look the same
    for _ in range(theme.drifting):
        size, way = (random.uniform(*limits) * zones.unit for limits in (_SIZES, _WAYS))
        across, down = (random.uniform(*area) for area in _AREAS[zones.shape])
        x, y = (1 - across if from_right else across) * zones.width, down * zones.height
        turn = random.uniform(0, 2 * math.pi)
        ends = [
            (x + math.cos(turn) * way * share, y + math.sin(turn) * way * share)
            for share in (row + span.start / frames, row + span.end / frames)
        ]
        radius = 0.0 if theme.mark == "square" else size / 2
        box = Box(*ends[0], size, size)
        drawing.drift(box, ends[1], colour, span, radius=radius, opacity=_OPACITY)
