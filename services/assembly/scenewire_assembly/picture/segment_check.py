"""Checks an encoded segment before it is stored."""

from pathlib import Path
from typing import Final

from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import Look
from scenewire.probe.own_media import probe_own_media
from scenewire.probe.probe import MediaFacts
from scenewire_assembly.picture.scene_picture import ScenePicture

__all__ = ["check_segment", "picture_faults"]

_BT709: Final = 1
"""H.273 code."""


async def check_segment(path: Path, picture: ScenePicture) -> str:
    """Compares an encoded segment with its picture.

    Returns:
        The hash of its decoder parameters. Segments with equal hashes can be joined by copying.

    Raises:
        PermanentError: `output_invalid`, with all differences.
    """
    try:
        facts = await probe_own_media(path)
    except PermanentError as error:
        raise PermanentError(FailureCode.OUTPUT_INVALID, f"the encoded segment is wrong: {error.message}") from error
    faults = picture_faults(facts, picture.look, picture.frames)
    if faults or facts.video is None:
        raise PermanentError(FailureCode.OUTPUT_INVALID, f"the encoded segment is wrong: {', '.join(faults)}")
    return facts.video.parameters


def picture_faults(facts: MediaFacts, look: Look, frames: int) -> list[str]:
    """Compares a file's picture with what was ordered; returns the differences."""
    video = facts.video
    if video is None:
        return ["no picture"]
    compared = {
        "frames": (video.frames, frames),
        "codec": (video.codec, "h264"),
        "size": ((video.width, video.height), (look.width, look.height)),
        "frame rate": (video.frame_rate, (look.frame_rate, 1)),
        "pixel format": (video.pixel_format, "yuv420p"),
        "colours": ((video.matrix, video.transfer), (_BT709, _BT709)),
        "constant frame rate": (video.constant_rate and video.monotone, True),
    }
    return [f"{name} {actual} instead of {wanted}" for name, (actual, wanted) in compared.items() if actual != wanted]
