"""A scene as a fragmented mp4: its initialization segment, then parts that each begin with a key frame."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO, Final

__all__ = ["Part", "Playable", "read_playable"]

_CONTAINERS: Final = frozenset({"moov", "trak", "mdia", "minf", "stbl", "moof", "traf"})
"""Boxes with boxes in them, as far as they are read."""

_AVC_HEADER_BYTES: Final = 78
"""Of a sample entry of H.264, before the boxes in it."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part of a file that plays after the initialization segment.

    Attributes:
        offset: of its first byte in the file.
        bytes: its size.
        frames: of its picture.
    """

    offset: int
    bytes: int
    frames: int


@dataclass(frozen=True, kw_only=True)
class Playable:
    """A scene that plays by itself, and as parts of a longer video.

    Its sound may be longer than its picture, by less than 25 ms of silence: AAC comes in packets of 1,024 samples, and
    players cut whole ones more exactly than they play short ones.

    Attributes:
        path: the file.
        init_bytes: size of the initialization segment, with which the file begins.
        bytes: size of the file.
        frame_rate: frames a second.
        parts: in order; together they are the scene.
        codecs: such as `avc1.640029,mp4a.40.2`.
    """

    path: Path
    init_bytes: int
    bytes: int
    frame_rate: int
    parts: tuple[Part, ...]
    codecs: str

    @property
    def media_type(self) -> str:
        """The media type with codecs, which browsers need before they play parts."""
        return f'video/mp4; codecs="{self.codecs}"'

    @property
    def frames(self) -> int:
        """Length of the picture, frames."""
        return sum(part.frames for part in self.parts)

    @property
    def seconds(self) -> Fraction:
        """Length of the picture."""
        return Fraction(self.frames, self.frame_rate)


def read_playable(path: Path, frame_rate: int) -> Playable:
    """Reads what a file made by `remux` holds. Blocks; reads no media.

    Args:
        path: the file.
        frame_rate: frames a second.

    Raises:
        ValueError: it is not such a file.
    """
    size = path.stat().st_size
    init_bytes, codecs = 0, ""
    parts: list[Part] = []
    start, frames = 0, 0
    with path.open("rb") as file:
        for name, offset, content, end in _boxes(file, 0, size):
            match name:
                case "moov":
                    init_bytes, codecs = end, f"avc1.{_profile(file, content, end)},mp4a.40.2"
                case "moof":
                    start, frames = offset, _picture_samples(file, content, end)
                case "mdat":
                    parts.append(Part(offset=start, bytes=end - start, frames=frames))
                case _:
                    pass
    if not (init_bytes and parts and all(part.frames and part.offset for part in parts)):
        message = f"{path.name} is not a fragmented mp4 with a picture"
        raise ValueError(message)
    return Playable(
        path=path, init_bytes=init_bytes, bytes=size, frame_rate=frame_rate, parts=tuple(parts), codecs=codecs
    )


def _boxes(file: BinaryIO, start: int, end: int) -> Iterator[tuple[str, int, int, int]]:
    """Yields the boxes of a range: name, offset, offset of the content, and end."""
    while start + 8 <= end:
        file.seek(start)
        size, name = struct.unpack(">I4s", file.read(8))
        content = start + 8
        if size == 1:
            (size,) = struct.unpack(">Q", file.read(8))
            content += 8
        if size < content - start or start + size > end:
            message = f"a box of {size} bytes at {start} does not fit"
            raise ValueError(message)
        yield name.decode("latin-1"), start, content, start + size
        start += size


def _find(file: BinaryIO, start: int, end: int, wanted: str) -> Iterator[tuple[int, int]]:
    """Yields the contents of all boxes of a name, also of those in other boxes."""
    for name, _, content, stop in _boxes(file, start, end):
        if name == wanted:
            yield content, stop
        elif name in _CONTAINERS:
            yield from _find(file, content, stop, wanted)


def _picture_samples(file: BinaryIO, start: int, end: int) -> int:
    """Returns the number of frames of a fragment; the picture is its first track."""
    for content, _ in _find(file, start, end, "trun"):
        file.seek(content + 4)
        return int.from_bytes(file.read(4), "big")
    return 0


def _profile(file: BinaryIO, start: int, end: int) -> str:
    """Returns profile, constraints and level of the picture, as media types have them."""
    for content, stop in _find(file, start, end, "stsd"):
        for name, _, entry, entry_end in _boxes(file, content + 8, stop):
            if name != "avc1":
                continue
            for inner, _, config, _ in _boxes(file, entry + _AVC_HEADER_BYTES, entry_end):
                if inner == "avcC":
                    file.seek(config + 1)
                    return file.read(3).hex()
    message = "it has no picture in H.264"
    raise ValueError(message)
