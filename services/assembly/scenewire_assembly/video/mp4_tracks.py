"""Disables subtitle tracks of an mp4. ffmpeg enables the only track of a kind, whatever disposition it is given."""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from scenewire.errors import FailureCode, PermanentError

__all__ = ["turn_off_subtitles"]

_ENABLED: Final = 1
"""Flag of a track header: players show the track by default."""

_SUBTITLES: Final = b"sbtl"


def turn_off_subtitles(path: Path) -> None:
    """Clears the flag that makes players show subtitles by default; they can still be selected. Blocks.

    Changes one bit in the header of each subtitle track; the rest of the file stays unchanged.

    Raises:
        PermanentError: `render_failed`, if there is no subtitle track.
    """
    with path.open("r+b") as file:
        found = [header for header, handler in _tracks(file) if handler == _SUBTITLES]
        if not found:
            raise PermanentError(FailureCode.RENDER_FAILED, "the video has no subtitle track")
        for header in found:
            file.seek(header)  # a version in the first byte, flags in the other three
            flags = struct.unpack(">I", file.read(4))[0]
            file.seek(header)
            file.write(struct.pack(">I", flags & ~_ENABLED))


def _tracks(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Position of each track's header, and its handler type."""
    file.seek(0, 2)
    for name, start, end in _boxes(file, 0, file.tell()):
        if name != b"moov":
            continue
        for track, inner, until in _boxes(file, start, end):
            if track == b"trak":
                parts = {part: (begin, stop) for part, begin, stop in _boxes(file, inner, until)}
                media = {part: begin for part, begin, _ in _boxes(file, *parts[b"mdia"])}
                file.seek(media[b"hdlr"] + 8)
                yield parts[b"tkhd"][0], file.read(4)


def _boxes(file: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """The boxes between two positions: name, start and end of the content."""
    while start + 8 <= end:
        file.seek(start)
        size, name = struct.unpack(">I4s", file.read(8))
        content = start + 8
        if size == 1:  # a 64-bit size follows
            size, content = struct.unpack(">Q", file.read(8))[0], start + 16
        until = start + size if size else end
        yield name, content, until
        start = max(until, content)
