"""Names of files in the folder of one ffmpeg job."""

from typing import Final

__all__ = ["FILM", "FONTS", "LETTERING", "SEGMENT", "SOUND", "SUBTITLES", "clip_name"]

LETTERING: Final = "lettering.ass"


FONTS: Final = "fonts"


SEGMENT: Final = "segment.mp4"


def clip_name(index: int) -> str:
    """What a scene's clip is called in the job's folder."""
    return f"clip{index:02}"


FILM: Final = "film.mp4"


SUBTITLES: Final = "captions.srt"


SOUND: Final = "sound.m4a"
