"""Takes a small picture of a video in a child process with limits."""

import asyncio
from fractions import Fraction
from pathlib import Path
from typing import Final

from scenewire.probe.picture_child import run_picture_child

__all__ = ["take_frame"]

_CHILD: Final = Path(__file__).with_name("frame_child.py")


async def take_frame(
    path: Path,
    target: Path,
    *,
    frame: int,
    rate: Fraction,
    width: int,
    timeout: float = 60,  # noqa: ASYNC109 - the program's limit
) -> None:
    """Writes one frame of a video as a JPEG: upright, with square pixels, without metadata.

    Args:
        path: a video of an accepted container and codec, or a picture that `prepare_still` wrote, whose frame is 0.
        target: the JPEG.
        frame: counted from 0; the last one if the video has fewer.
        rate: frames a second of the video.
        width: of the JPEG, pixels; the height follows.
        timeout: wall seconds.

    Raises:
        PermanentError: `media_refused`: unreadable, of another kind, without a picture, or one that is too large.
        OSError: the JPEG cannot be written.
    """
    arguments = [str(frame), f"{rate.numerator}/{rate.denominator}", str(width)]
    _, picture = await run_picture_child(_CHILD, path, arguments, timeout=timeout)
    await asyncio.to_thread(target.write_bytes, picture)
