"""Takes one picture of a video from outside as a small JPEG, in a process of its own: a crash or a bomb ends only this process.

`python frame_child.py PATH FRAME RATE WIDTH` prints one line of JSON, and the JPEG after it: `{"facts": {"width": …,
"height": …}}`, or `{"refused": "why"}` and no JPEG. RATE is frames a second as a fraction, such as 30000/1001. A file that
`scenewire.probe.still` prepared has the frame 0. It writes no file. It runs isolated from the environment and the working
folder.
"""

import json
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
from av.codec.context import CodecContext
from av.container import InputContainer
from av.filter import Graph
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from scenewire.probe.accepted_formats import (
    DECODERS,
    FORMATS,
    MAX_PIXELS,
    SIGNATURE_BYTES,
    demuxer_options,
    still_suffix,
)

_PREPARED: Final = "jpeg_pipe"
"""The container of a prepared picture; named, because libav would choose one by the suffix of the file."""

_TURNS: Final[dict[int, tuple[tuple[str, str], ...]]] = {
    0: (),
    90: (("transpose", "cclock"),),
    180: (("hflip", ""), ("vflip", "")),
    270: (("transpose", "clock"),),
}
"""Filters by the degrees that a player turns the picture, counter-clockwise."""

_QUALITY: Final = 4
"""Quantizer of the JPEG: artifacts are hardly visible, at 15 to 40 kB."""

_TOLERANCE_S: Final = 0.0005
"""Time stamps in milliseconds, as of Matroska, are off by half of one."""


class RefusedError(Exception):
    """The file is refused; the message is the reason."""


def take(path: str, frame: int, rate: Fraction, width: int) -> tuple[dict[str, Any], bytes]:
    """Returns the size of the picture, ready for JSON, and the picture as a JPEG: upright, with square pixels.

    Args:
        path: the file.
        frame: counted from 0; the last one of a file with fewer frames.
        rate: frames a second of the file.
        width: of the JPEG, pixels.

    Raises:
        RefusedError: no picture of the file decodes.
    """
    try:
        demuxer = _PREPARED if _is_jpeg(path) else None
        options = demuxer_options(demuxer or FORMATS)
        with av.open(f"file:{path}", "r", format=demuxer, options=options, metadata_errors="replace") as container:
            video = _video(container)
            return _jpeg(_frame(container, video, frame / rate), video, width)
    except (av.FFmpegError, ValueError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise RefusedError(f"its picture {frame} does not decode ({reason})") from error
    except MemoryError as error:
        raise RefusedError("it needs too much memory") from error


def _is_jpeg(path: str) -> bool:
    with Path(path).open("rb") as file:
        return still_suffix(file.read(SIGNATURE_BYTES)) == ".jpg"


def _video(container: InputContainer) -> VideoStream:
    video = next(iter(container.streams.video), None)
    if video is None:
        raise RefusedError("it holds no picture")
    context = video.codec_context
    if context.name not in DECODERS:
        raise RefusedError(f"its codec {context.name} is not accepted")
    if context.width * context.height > MAX_PIXELS:
        raise RefusedError(f"its picture of {context.width}x{context.height} is too large")
    context.options = {"max_pixels": str(MAX_PIXELS)}
    context.thread_count = 1
    return video


def _frame(container: InputContainer, video: VideoStream, seconds: Fraction) -> VideoFrame:
    """Returns the frame that is shown at a time after the first one."""
    if seconds:
        _seek(container, video, seconds)
        if (shown := _last_until(container, video, seconds)) is not None:
            return shown
        _seek(container, video, Fraction(0))  # cut off or damaged there
    if (shown := _last_until(container, video, seconds)) is None:
        raise RefusedError("not one picture of it decodes")
    return shown


def _last_until(container: InputContainer, video: VideoStream, seconds: Fraction) -> VideoFrame | None:
    """Returns the last frame that begins by a time; if all are later, the first one."""
    shown: VideoFrame | None = None
    for candidate in _decoded(container, video):
        late = _seconds(candidate, video) > float(seconds) + _TOLERANCE_S
        if shown is None or not late:
            shown = candidate
        if late:
            break
    return shown


def _seek(container: InputContainer, video: VideoStream, seconds: Fraction) -> None:
    base = video.time_base or Fraction(1, 1)
    container.seek((video.start_time or 0) + int(seconds / base), stream=video, backward=True)


def _decoded(container: InputContainer, video: VideoStream) -> Iterator[VideoFrame]:
    try:
        yield from container.decode(video)
    except av.FFmpegError:
        return  # cut off or damaged from here on


def _seconds(frame: VideoFrame, video: VideoStream) -> float:
    base = video.time_base or Fraction(1, 1)
    return 0.0 if frame.pts is None else float((frame.pts - (video.start_time or 0)) * base)


def _jpeg(frame: VideoFrame, video: VideoStream, width: int) -> tuple[dict[str, Any], bytes]:
    picture = _scaled(frame, video.sample_aspect_ratio or Fraction(1), width)
    encoder = CodecContext.create("mjpeg", "w")
    if not isinstance(encoder, VideoCodecContext):
        raise RefusedError("there is no encoder of JPEGs")
    encoder.width, encoder.height, encoder.pix_fmt = picture.width, picture.height, "yuvj420p"
    encoder.time_base = Fraction(1, 1)
    encoder.qmin = encoder.qmax = _QUALITY
    picture.pts, picture.time_base = 0, Fraction(1, 1)
    packets = [*encoder.encode(picture), *encoder.encode(None)]
    return {"width": picture.width, "height": picture.height}, b"".join(bytes(packet) for packet in packets)


def _scaled(frame: VideoFrame, aspect: Fraction, width: int) -> VideoFrame:
    """Turns a frame upright and scales it, in the colours of JPEG."""
    turn = _TURNS.get(round(frame.rotation) % 360, ())
    shown = Fraction(frame.width, frame.height) * (aspect if aspect > 0 else 1)
    if len(turn) == 1:
        shown = 1 / shown
    height = max(2, round(width / shown / 2) * 2)
    graph = Graph()
    steps = [
        graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=Fraction(1, 1)),
        *(graph.add(name, argument) for name, argument in turn),
        graph.add("scale", f"w={width}:h={height}:flags=area:out_range=full:out_color_matrix=bt601"),
        graph.add("format", "yuvj420p"),
        graph.add("buffersink"),
    ]
    graph.link_nodes(*steps).configure()
    graph.push(frame)
    scaled = graph.pull()
    if not isinstance(scaled, VideoFrame):
        raise RefusedError("its picture cannot be scaled")
    return scaled


def main() -> int:
    """Takes the picture on the command line."""
    path, frame, rate, width = sys.argv[1:]
    try:
        facts, picture = take(path, int(frame), Fraction(rate), int(width))
        answer: dict[str, Any] = {"facts": facts}
    except RefusedError as error:
        answer, picture = {"refused": str(error)}, b""
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + picture)
    return 0


if __name__ == "__main__":
    sys.exit(main())
