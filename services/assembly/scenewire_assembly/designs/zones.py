"""Where letters may stand, by the shape of the picture. Pure. Positions are pixels."""

from dataclasses import dataclass
from typing import Final, Literal

__all__ = ["Zones"]

Shape = Literal["wide", "upright", "square"]

_SIDES: Final = {"wide": (0.0833, 0.9167), "upright": (0.0833, 0.9167), "square": (0.074, 0.926)}
_CONTENT: Final = {"wide": (0.14, 0.76), "upright": (0.15, 0.53), "square": (0.11, 0.74)}
_CENTRE: Final = {"wide": (0.49, 0.44), "upright": (0.40, 0.35), "square": (0.49, 0.42)}
"""Optical centre without and with captions, shares of the height."""

_CAPTION_BASE: Final = {"wide": 0.905, "upright": 0.638, "square": 0.895}
"""Base line of the last line of captions. Players of upright videos cover what lies below."""


@dataclass(frozen=True)
class Zones:
    """The zones of a picture.

    Attributes:
        width: of the picture.
        height: of the picture.
    """

    width: int
    height: int

    @property
    def unit(self) -> float:
        """The length that all sizes are multiples of: a thousandth, about, of the shorter side."""
        return min(self.width, self.height) / 1080

    @property
    def shape(self) -> Shape:
        """The shape of the picture."""
        if self.width == self.height:
            return "square"
        return "wide" if self.width > self.height else "upright"

    @property
    def upright(self) -> bool:
        """Whether the picture is higher than wide."""
        return self.shape == "upright"

    @property
    def left(self) -> float:
        """Where lines begin."""
        return self.width * _SIDES[self.shape][0]

    @property
    def right(self) -> float:
        """Where lines end at the latest."""
        return self.width * _SIDES[self.shape][1]

    @property
    def across(self) -> float:
        """The width of a line."""
        return self.right - self.left

    @property
    def top(self) -> float:
        """Upper edge of the content."""
        return self.height * _CONTENT[self.shape][0]

    @property
    def bottom(self) -> float:
        """Lower edge of the content."""
        return self.height * _CONTENT[self.shape][1]

    @property
    def caption_base(self) -> float:
        """Base line of the last line of captions."""
        return self.height * _CAPTION_BASE[self.shape]

    def centre(self, *, captions: bool) -> float:
        """The height around which content is arranged."""
        return self.height * _CENTRE[self.shape][captions]
