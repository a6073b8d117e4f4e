"""Names of the files in a job's folder."""

from typing import Final

__all__ = ["FONTS", "OVERLAY", "SEGMENT", "SOUND", "SUBTITLES", "VIDEO", "clip_name"]

OVERLAY: Final = "overlay.ass"
FONTS: Final = "fonts"
SEGMENT: Final = "segment.mp4"
SOUND: Final = "sound.m4a"
SUBTITLES: Final = "captions.srt"
VIDEO: Final = "video.mp4"


def clip_name(index: int) -> str:
    """File of a scene's clip."""
    return f"clip{index:02}"
