"""Chooses among the files of one clip or still: sharp enough, and no larger than needed. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

__all__ = ["STILL_LINES", "Rendition", "best"]

STILL_LINES: Final = 1080
"""Shorter side of a still that fills a picture of that height, with room for a slow move."""


@dataclass(frozen=True)
class Rendition:
    """One file."""

    url: str
    width: int | None = None
    height: int | None = None
    size: float | None = None
    """Bytes, if known."""
    name: str = ""
    """Such as 720p; defaults to the size of the picture."""

    @property
    def lines(self) -> int:
        """The shorter side, so that upright pictures count as well; 0 if unknown."""
        return min(self.width or self.height or 0, self.height or 0)

    @property
    def fields(self) -> dict[str, Any]:
        """Its fields of `FootageFile`."""
        picture = f"{self.width}x{self.height}" if self.width and self.height else "unknown size"
        return {"url": self.url, "width": self.width, "height": self.height, "rendition": self.name or picture}


def best(renditions: Iterable[Rendition], *, lines: int, max_bytes: float) -> Rendition | None:
    """Returns the smallest rendition with enough lines, or else the one with the most.

    Args:
        renditions: of one clip or still.
        lines: sufficient length of the shorter side, pixels.
        max_bytes: renditions that are known to be larger are left out.
    """
    usable = [rendition for rendition in renditions if (rendition.size or 0) <= max_bytes]
    usable.sort(key=lambda rendition: (rendition.lines, rendition.size or 0))
    enough = (rendition for rendition in usable if rendition.lines >= lines)
    return next(enough, usable[-1] if usable else None)
