"""Which tracks of an mp4 play by themselves. Muxers enable the only track of a kind, whatever they are told."""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from scenewire.errors import FailureCode, PermanentError

__all__ = ["turn_off_subtitles"]

_ENABLED: Final = 1
"""The bit of a track's header: played unless somebody chooses otherwise."""

_SUBTITLES: Final = b"sbtl"


def turn_off_subtitles(path: Path) -> None:
    """Clears the mark by which players show the subtitles unasked; they stay there to be chosen. Blocks.

    Changes a bit of each subtitle track's header in its place, so that nothing else of the file moves.

    Raises:
        PermanentError: `render_failed`, there are no subtitles.
    """
    with path.open("r+b") as file:
        found = [header for header, handler in _tracks(file) if handler == _SUBTITLES]
        if not found:
            raise PermanentError(FailureCode.RENDER_FAILED, "the film was written without its subtitles")
        for header in found:
            file.seek(header)  # a version in the first byte, flags in the other three
            flags = struct.unpack(">I", file.read(4))[0]
            file.seek(header)
            file.write(struct.pack(">I", flags & ~_ENABLED))


def _tracks(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Where each track's header is, and the kind of what handles it."""
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
    """The boxes of a stretch: name, and where its content begins and ends."""
    while start + 8 <= end:
        file.seek(start)
        size, name = struct.unpack(">I4s", file.read(8))
        content = start + 8
        if size == 1:  # too large for four bytes
            size, content = struct.unpack(">Q", file.read(8))[0], start + 16
        until = start + size if size else end
        yield name, content, until
        start = max(until, content)
