"""Writes Matroska files byte by byte, so that each can have exactly one fault."""

import struct
from collections.abc import Iterable
from typing import Final

_IDS: Final = {
    "EBML": 0x1A45DFA3,
    "DocType": 0x4282,
    "Segment": 0x18538067,
    "Info": 0x1549A966,
    "TimestampScale": 0x2AD7B1,
    "Duration": 0x4489,
    "Tracks": 0x1654AE6B,
    "TrackEntry": 0xAE,
    "TrackNumber": 0xD7,
    "TrackUID": 0x73C5,
    "TrackType": 0x83,
    "CodecID": 0x86,
    "CodecPrivate": 0x63A2,
    "DefaultDuration": 0x23E383,
    "ContentEncodings": 0x6D80,
    "ContentEncoding": 0x6240,
    "ContentCompression": 0x5034,
    "ContentCompAlgo": 0x4254,
    "Video": 0xE0,
    "PixelWidth": 0xB0,
    "PixelHeight": 0xBA,
    "Audio": 0xE1,
    "SamplingFrequency": 0xB5,
    "Channels": 0x9F,
    "Cluster": 0x1F43B675,
    "Timestamp": 0xE7,
    "SimpleBlock": 0xA3,
    "Chapters": 0x1043A770,
    "EditionEntry": 0x45B9,
    "ChapterAtom": 0xB6,
    "ChapterUID": 0x73C4,
    "ChapterTimeStart": 0x91,
    "ChapterDisplay": 0x80,
    "ChapString": 0x85,
    "Tags": 0x1254C367,
    "Tag": 0x7373,
    "SimpleTag": 0x67C8,
    "TagName": 0x45A3,
    "TagString": 0x4487,
    "Attachments": 0x1941A469,
    "AttachedFile": 0x61A7,
    "FileName": 0x466E,
    "FileMimeType": 0x4660,
    "FileData": 0x465C,
    "FileUID": 0x46AE,
    "Void": 0xEC,
}

UNKNOWN: Final = (1 << 56) - 1
"""The unknown size: up to the next element of a higher level or the end of the file."""


def element(name: str, value: bytes | str | float, *, size: int | None = None) -> bytes:
    """An element; `size` is a wrong declared size."""
    match value:
        case str():
            body = value.encode()
        case int():
            body = value.to_bytes(8)
        case float():
            body = struct.pack(">d", value)
        case _:
            body = value
    ident = _IDS[name]
    length = len(body) if size is None else size
    return ident.to_bytes((ident.bit_length() + 7) // 8) + (length | 1 << 56).to_bytes(8) + body


def track(
    number: int = 1, *, kind: int = 1, codec: str = "V_MJPEG", size: tuple[int, int] = (64, 36), more: bytes = b""
) -> bytes:
    """A description of a stream; `kind` is 1 for pictures, 2 for sound, 17 for subtitles."""
    body = element("TrackNumber", number) + element("TrackUID", number) + element("TrackType", kind)
    body += element("CodecID", codec)
    if kind == 1:
        body += element("Video", element("PixelWidth", size[0]) + element("PixelHeight", size[1]))
    return element("TrackEntry", body + more)


def block(frame: bytes, *, at: int = 0, number: int = 1) -> bytes:
    """A frame, `at` ticks after its cluster (16 bits with sign)."""
    return element("SimpleBlock", struct.pack(">BhB", 0x80 | number, at, 0x80) + frame)


def clusters(frames: Iterable[tuple[int, bytes]]) -> bytes:
    """Frames with their times in ticks, each in a cluster of its own."""
    return b"".join(element("Cluster", element("Timestamp", at) + block(frame)) for at, frame in frames)


def matroska(
    media: bytes,
    *,
    tracks: bytes | None = None,
    scale: int = 1_000_000,
    duration: float | None = None,
    before: bytes = b"",
    size: int | None = None,
) -> bytes:
    """A file.

    Args:
        media: its clusters, and whatever else.
        tracks: of its streams; one of pictures when not given.
        scale: nanoseconds in a tick.
        duration: in ticks.
        before: further elements before the streams.
        size: what the segment claims.
    """
    info = element("TimestampScale", scale) + (b"" if duration is None else element("Duration", duration))
    described = element("Tracks", track() if tracks is None else tracks)
    body = element("Info", info) + before + described + media
    return element("EBML", element("DocType", "matroska")) + element("Segment", body, size=size)
