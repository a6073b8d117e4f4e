"""Media types by the suffixes of files. What a file is, its content decides."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

__all__ = ["CLIP_TYPES", "FOOTAGE_TYPES", "SOUND_TYPES", "STILL_TYPES", "media_type_of"]

CLIP_TYPES: Final[Mapping[str, str]] = {
    ".mp4": "video/mp4",
    ".mov": "video/quicktime",
    ".mkv": "video/x-matroska",
    ".webm": "video/webm",
}
STILL_TYPES: Final[Mapping[str, str]] = {
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".gif": "image/gif",
    ".avif": "image/avif",
}
FOOTAGE_TYPES: Final[Mapping[str, str]] = {**CLIP_TYPES, **STILL_TYPES}
SOUND_TYPES: Final[Mapping[str, str]] = {
    ".mp3": "audio/mpeg",
    ".wav": "audio/wav",
    ".flac": "audio/flac",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".m4a": "audio/mp4",
}


def media_type_of(path: Path) -> str:
    """Returns the media type of a clip, a picture or a sound by its name."""
    suffix = path.suffix.lower()
    return FOOTAGE_TYPES.get(suffix) or SOUND_TYPES.get(suffix, "application/octet-stream")
