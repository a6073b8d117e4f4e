"""The thumbnail: one frame of the video."""

from pathlib import Path
from typing import Final

import av
import numpy as np

from scenewire.ffmpeg.command import INTERNAL_INPUT, Command, Input, Output, WorkdirFile
from scenewire.ffmpeg.filters import Chain, Filter, Stream
from scenewire.ffmpeg.options import DROP_METADATA, bit_exact, filter_video, jpeg_quality, limit_frames, map_stream
from scenewire_assembly.ffmpeg_job import FfmpegJob, sound_limits
from scenewire_assembly.job_files import VIDEO
from scenewire_assembly.video.plan import VideoPlan

__all__ = ["THUMBNAIL", "choose_frame", "take_thumbnail"]

THUMBNAIL: Final = "thumbnail.jpg"

_MAX_CANDIDATES: Final = 6


async def take_thumbnail(job: FfmpegJob, frame: int, frame_rate: int) -> None:
    """Makes THUMBNAIL of one frame of VIDEO."""
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
        inputs=(Input(WorkdirFile(VIDEO), policy=INTERNAL_INPUT, seek=max(0.0, (frame - 0.5) / frame_rate)),),
        outputs=(Output(WorkdirFile(THUMBNAIL), "image", options),),
    )
    await job.run(command, sound_limits(60))


def choose_frame(video: Path, plan: VideoPlan) -> int:
    """Returns the frame with the most contrast, neither dark nor glaring; prefers early ones. Blocks.

    Compares the keyframes before the middles of a few scenes, which are cheap to decode. Decodes in this process: the
    video was encoded by this service.
    """
    rate = plan.look.frame_rate
    step = -(-len(plan.places) // _MAX_CANDIDATES)
    middles = [place.start + place.frames // 2 for place in plan.places[::step]]
    best, chosen = -1.0, middles[0]
    with av.open(str(video)) as container:
        stream = container.streams.video[0]
        stream.codec_context.skip_frame = "NONKEY"
        for rank, middle in enumerate(middles):
            container.seek(int((middle + 0.5) / rate * av.time_base))
            frame = next(container.decode(stream), None)
            if frame is None:
                continue
            luma = frame.to_ndarray(format="gray8")[::8, ::8].astype(np.float32)
            score = float(luma.std()) * (1 - abs(float(luma.mean()) - 110) / 160) * (1 - 0.06 * rank)
            if score > best:
                best, chosen = score, round((frame.time or 0) * rate)
    return chosen
