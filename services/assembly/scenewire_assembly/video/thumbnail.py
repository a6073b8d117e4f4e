"""The still that stands for the film."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import av
import numpy as np

from scenewire.ffmpeg.command import INTERNAL_INPUT, Command, Input, Output, WorkdirFile
from scenewire.ffmpeg.executor import FfmpegExecutor
from scenewire.ffmpeg.filters import Chain, Filter, Stream
from scenewire.ffmpeg.options import DROP_METADATA, bit_exact, filter_video, jpeg_quality, limit_frames, map_stream
from scenewire.messages import Look
from scenewire_assembly.edit import Placed
from scenewire_assembly.ffmpeg_job import run_ffmpeg, sound_limits
from scenewire_assembly.job_files import FILM

__all__ = ["THUMBNAIL", "choose_moment", "take_thumbnail"]

THUMBNAIL: Final = "thumbnail.jpg"

_MOMENTS: Final = 6
"""Scenes that are looked at."""


async def take_thumbnail(ffmpeg: FfmpegExecutor, folder: Path, moment: int, look: Look) -> None:
    """Makes THUMBNAIL of one frame of FILM."""
    full_range = Chain((Filter("scale", in_range="tv", out_range="pc"), Filter("format", "yuvj420p")))
    options = (
        map_stream(Stream(0, "v")),
        limit_frames(1),
        filter_video(full_range),
        jpeg_quality(3),
        DROP_METADATA,
        bit_exact("v"),
    )
    command = Command(
        inputs=(Input(WorkdirFile(FILM), policy=INTERNAL_INPUT, seek=max(0.0, (moment - 0.5) / look.frame_rate)),),
        outputs=(Output(WorkdirFile(THUMBNAIL), "image", options),),
    )
    await run_ffmpeg(ffmpeg, command, folder=folder, limits=sound_limits(60))


def choose_moment(film: Path, places: Sequence[Placed], frame_rate: int) -> int:
    """The frame that shows most: neither dark nor flat, rather early than late. Blocks.

    Looks at the keyframes before the middles of a few scenes: only those are decoded. The film is our own work, so that
    it is decoded right here.
    """
    step = -(-len(places) // _MOMENTS)
    middles = [place.start + place.frames // 2 for place in places[::step]]
    best, chosen = -1.0, middles[0]
    with av.open(str(film)) as container:
        stream = container.streams.video[0]
        stream.codec_context.skip_frame = "NONKEY"
        for rank, middle in enumerate(middles):
            container.seek(int((middle + 0.5) / frame_rate * av.time_base))
            frame = next(container.decode(stream), None)
            if frame is None:
                continue
            luma = frame.to_ndarray(format="gray8")[::8, ::8].astype(np.float32)
            told = float(luma.std()) * (1 - abs(float(luma.mean()) - 110) / 160) * (1 - 0.06 * rank)
            if told > best:
                best, chosen = told, round((frame.time or 0) * frame_rate)
    return chosen
