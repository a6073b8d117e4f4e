"""A shade over the part of footage where small captions stand.

It is one painted frame that ffmpeg lays over the footage: as rectangles of the overlay's script it would double the cost
of a scene. It stands from the first frame of a scene to the last one: a shade that comes and goes with captions would flicker.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scenewire.ffmpeg.filters import Expression
from scenewire.messages import Look
from scenewire_assembly.designs.zones import Zones

__all__ = ["Scrim", "scrim_of"]

_OPACITY: Final = 0.66
_DEPTH: Final = 0.42
"""Share of the picture's height over which the shade rises."""

_BELOW: Final = 0.1
"""The full shade begins so far below the base line of captions at the bottom, share of the height."""

_ABOVE: Final = 0.14
"""The full shade reaches so far down behind captions at the top of upright pictures, share of the height."""

_BAND: Final = 0.08
"""Half the height of the full shade behind captions in the middle."""


@dataclass(frozen=True)
class Scrim:
    """A black shade, darkest at one height.

    Attributes:
        centre: the darkest row.
        reach: rows from there at which the shade ends.
        depth: rows over which it rises.
    """

    centre: float
    reach: float
    depth: float

    @property
    def alpha(self) -> Expression:
        """The opacity of a pixel for ffmpeg's `geq`, up to 255."""
        way = f"st(0,clip(({self.reach:.2f}-abs(Y-{self.centre:.2f}))/{self.depth:.2f},0,1))"
        return Expression(f"{255 * _OPACITY:.2f}*{way}*ld(0)*(3-2*ld(0))")

    def shade(self, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """An RGB picture under the shade."""
        rows = np.arange(picture.shape[0], dtype=np.float32)
        way = np.clip((self.reach - np.abs(rows - self.centre)) / self.depth, 0, 1)
        opacity = _OPACITY * way * way * (3 - 2 * way)
        return np.asarray(np.rint(picture * (1 - opacity)[:, None, None]), np.uint8)


def scrim_of(look: Look) -> Scrim | None:
    """The shade behind captions over footage; None for styles without one."""
    if not look.captions or look.style_of_captions != "minimal":
        return None
    tall = look.height
    match look.caption_position:
        case "bottom":
            # In upright pictures captions stand higher, and so does the shade.
            full = min(1.0, Zones(look.width, tall).caption_base / tall + _BELOW)
            return Scrim(tall, (1 - full + _DEPTH) * tall, _DEPTH * tall)
        case "top":
            full = _ABOVE if Zones(look.width, tall).upright else 0
            return Scrim(0, (full + _DEPTH) * tall, _DEPTH * tall)
        case "middle":
            return Scrim(tall / 2, (_BAND + _DEPTH / 2) * tall, _DEPTH / 2 * tall)
