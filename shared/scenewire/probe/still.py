"""Prepares pictures from outside in a child process with limits.

A picture is converted once, into a plain JPEG of limited size. Everything that shows it later reads that JPEG, so that
one decoder meets it, and no metadata, profile or second content of the file gets further.
"""

import asyncio
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from scenewire.messages import SourceFacts
from scenewire.probe.accepted_formats import SIGNATURE_BYTES, still_suffix
from scenewire.probe.picture_child import run_picture_child
from scenewire.probe.refusal import first_problem, refusal

__all__ = ["StillFacts", "is_still", "prepare_still"]

_CHILD: Final = Path(__file__).with_name("still_child.py")

MIN_PIXELS: Final = 64
"""Smallest width and height: below it are icons and the dots that count visitors."""

MAX_ASPECT: Final = 8
"""Largest ratio of the sides, as for clips."""

_BT601: Final = 5
"""H.273: the matrix of JPEG."""


class StillFacts(BaseModel):
    """Facts about a prepared picture."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    width: int = Field(gt=0)
    height: int = Field(gt=0)
    focus: tuple[float, float] | None = Field(
        description="Where its subject lies: shares of width and height. None: it is a drawing on paper."
    )
    animated: bool = Field(description="Whether the file is an animation, of which this is the first picture.")

    def as_source(self) -> SourceFacts:
        """Returns the facts that messages carry about footage."""
        return SourceFacts(
            width=self.width,
            height=self.height,
            frame_rate_numerator=1,
            frame_rate_denominator=1,
            duration_frames=1,
            video_codec="mjpeg",
            matrix=_BT601,
            still=True,
            focus=self.focus,
        )


def is_still(path: Path) -> bool:
    """Returns whether the first bytes of a file are those of a picture. Its name does not matter."""
    with path.open("rb") as file:
        return still_suffix(file.read(SIGNATURE_BYTES)) is not None


async def prepare_still(path: Path, target: Path, *, timeout: float = 60) -> StillFacts:  # noqa: ASYNC109 - the program's
    """Converts a picture from outside into a JPEG: upright, sRGB, opaque, without metadata.

    Args:
        path: the picture.
        target: the JPEG.
        timeout: wall seconds.

    Raises:
        PermanentError: `media_refused`: unreadable, cut off, of another kind, or of an absurd size or shape.
        OSError: the JPEG cannot be written.
    """
    measured, picture = await run_picture_child(_CHILD, path, timeout=timeout)
    facts = _facts(path, measured)
    if min(facts.width, facts.height) < MIN_PIXELS or max(facts.width, facts.height) > MAX_ASPECT * min(
        facts.width, facts.height
    ):
        raise refusal(path, f"its picture of {facts.width}x{facts.height} is too small or too narrow")
    await asyncio.to_thread(target.write_bytes, picture)
    return facts


def _facts(path: Path, measured: object) -> StillFacts:
    try:
        return StillFacts.model_validate(measured)
    except ValidationError as error:
        raise refusal(path, first_problem(error)) from error
