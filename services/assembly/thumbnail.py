"""The still that stands for the film."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import av
import numpy as np

from services.assembly.encode import run_ffmpeg, sound_limits
from services.assembly.film import FILM
from services.assembly.timeline import Placed
from shared.contracts import Look
from shared.media.programs import Ffmpeg

__all__ = ["THUMBNAIL", "choose_moment", "take_thumbnail"]

THUMBNAIL: Final = "thumbnail.jpg"

_MOMENTS: Final = 6
"""Scenes that are looked at."""


async def take_thumbnail(ffmpeg: Ffmpeg, folder: Path, moment: int, look: Look) -> None:
    """Makes THUMBNAIL of one frame of FILM."""
    arguments = [
        *("-protocol_whitelist", "file", "-ss", f"{(moment - 0.5) / look.frame_rate:.6f}", "-i", FILM),
        *("-map", "0:v:0", "-frames:v", "1", "-vf", "scale=in_range=tv:out_range=pc,format=yuvj420p", "-q:v", "3"),
        *("-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact"),
        *("-f", "image2", "-update", "1", THUMBNAIL),
    ]
    await run_ffmpeg(ffmpeg, arguments, folder=folder, limits=sound_limits(60))


def choose_moment(film: Path, places: Sequence[Placed], frame_rate: int) -> int:
    """The frame that shows most: neither dark nor flat, rather early than late. Blocks.

    Looks at the middles of a few scenes. The film is our own work, so that it is decoded right here.
    """
    step = -(-len(places) // _MOMENTS)
    moments = [place.start + place.frames // 2 for place in places[::step]]
    best, chosen = -1.0, moments[0]
    with av.open(str(film)) as container:
        stream = container.streams.video[0]
        for rank, moment in enumerate(moments):
            seconds = (moment - 0.5) / frame_rate
            container.seek(max(0, int(seconds * av.time_base)))
            frame = next((frame for frame in container.decode(stream) if (frame.time or 0) >= seconds), None)
            if frame is None:
                continue
            luma = frame.to_ndarray(format="gray8")[::8, ::8].astype(np.float32)
            told = float(luma.std()) * (1 - abs(float(luma.mean()) - 110) / 160) * (1 - 0.06 * rank)
            if told > best:
                best, chosen = told, moment
    return chosen
