"""Examines a file from outside, in a process of its own: a crash or a decompression bomb ends only this process.

`python child.py media|footage|sound PATH` prints one JSON object: `{"facts": …}` as `scenewire.probe.probe.MediaFacts` has
them, or `{"refused": "why"}`. It runs isolated from the environment and the working folder.

`scenewire.probe.own_media` calls `examine` without a process, for files that are not from outside.
"""

import hashlib
import json
import sys
from array import array
from bisect import bisect_left
from fractions import Fraction
from itertools import pairwise
from typing import Any

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition, Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from scenewire.probe.accepted_formats import (
    AUDIO_DECODERS,
    DECODERS,
    FORMATS,
    MAX_PIXELS,
    MAX_STREAMS,
    SOUND_FORMATS,
    demuxer_options,
)

__all__ = ["RefusedError", "examine"]


class RefusedError(Exception):
    """The file is refused; the message is the reason."""


class _Packets:
    """Facts of a stream, from all its packets."""

    def __init__(self, stream: VideoStream | AudioStream) -> None:
        self.time_base = stream.time_base or Fraction(1, 1)
        self.starts = array("q")
        self.keys = array("q")
        self.end = -(1 << 62)
        self.corrupt = 0
        self.monotone = True
        self._last_dts: int | None = None

    def add(self, packet: "av.Packet[Stream]") -> None:
        self.corrupt += packet.is_corrupt
        if packet.dts is not None:
            self.monotone = self.monotone and (self._last_dts is None or packet.dts > self._last_dts)
            self._last_dts = packet.dts
        start = packet.dts if packet.pts is None else packet.pts
        if start is None:
            start = self.end
            self.monotone = False
        if not packet.is_discard:  # decoded on the way, never shown: what an edit list leaves out
            self.starts.append(start)
            if packet.is_keyframe:
                self.keys.append(start)
            self.end = max(self.end, start + (packet.duration or 0))

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def ends_at(self) -> float:
        """Seconds on the file's own clock."""
        return float(self.end * self.time_base) if self.starts else 0.0

    @property
    def span(self) -> Fraction:
        """Seconds from the first time stamp to the end of the last packet."""
        return (self.end - min(self.starts)) * self.time_base if self.starts else Fraction(0)

    def on_grid(self, rate: Fraction) -> bool:
        """Whether all time stamps fit a constant rate, within the precision of the time base."""
        ticks = sorted(self.starts)
        return all(
            abs((start - ticks[0]) * self.time_base - number / rate) < self.time_base
            for number, start in enumerate(ticks)
        )


class _Opening:
    """The frames at the start of a clip that show nothing yet.

    These are black ones, and a picture that stands before the first cut or move. A picture that changes slowly, such as a pan, does not
    stand: it is compared with its first frame, so that small changes add up, and the search ends after a few frames.

    Args:
        limit: frames to look at, at most.
    """

    def __init__(self, limit: int) -> None:
        self.frames = 0
        """How many show nothing."""
        self.is_over = limit <= 0
        self._limit = limit
        self._seen = 0
        self._before = self._standing = b""
        self._min_still = limit // 10
        """A picture that moves sooner does not stand."""

    def add(self, packet: "av.Packet[Stream]") -> None:
        """Looks at the frames of a packet."""
        try:
            for frame in packet.decode():
                if not self.is_over and isinstance(frame, VideoFrame):
                    self._look(bytes(frame.reformat(_LOOK_WIDTH, _LOOK_HEIGHT, "gray").planes[0]))
        except (av.FFmpegError, ValueError):
            self.is_over = True  # what is damaged later, the encoder reports

    def _look(self, pixels: bytes) -> None:
        before, self._before = self._before, pixels
        is_black = sum(pixels) < _BLACK * len(pixels) and max(pixels) < 4 * _BLACK
        if is_black:
            self.frames, self._standing = self._seen + 1, b""
        elif not self._standing:
            self._standing = pixels
        elif _moved(self._standing, pixels):
            if self._seen - self.frames >= self._min_still and _moved(before, pixels):
                self.frames = self._seen
            self.is_over = True
        self._seen += 1
        self.is_over = self.is_over or self._seen >= self._limit


_LOOK_WIDTH, _LOOK_HEIGHT = 64, 36
_BLACK = 10
"""Mean luma, of 255, below which a picture is black; dark blue has 14."""

_MOVE = 1.0
"""Mean change of luma between two frames of a picture that moves; noise is evened out by the small size."""

_OPENING_S = 5
_MAX_OPENING_FRAMES = 300
_MAX_KEY_FRAMES = 500


def _moved(before: bytes, after: bytes) -> bool:
    return sum(abs(a - b) for a, b in zip(before, after, strict=True)) > _MOVE * len(after)


def examine(path: str, kind: str = "media") -> dict[str, Any]:
    """Returns the facts of a file, ready for JSON.

    Args:
        path: the file.
        kind: `media`; `footage`, which also looks for where a clip begins to show something; or `sound`, which is listened to
            and not looked at: pictures in it count as little as covers do.

    Raises:
        RefusedError: it is not a media file of an accepted kind, or its first picture does not decode.
    """
    sound = kind == "sound"
    options = demuxer_options(SOUND_FORMATS if sound else FORMATS)
    try:
        with av.open(f"file:{path}", "r", options=options, metadata_errors="replace") as container:
            return _facts(container, kind)
    except (av.FFmpegError, ValueError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        videos = "mp4, mov, mkv, webm or ts file, and not a jpeg, png, webp, gif or avif picture"
        kinds = "mp3, wav, flac, ogg or m4a file" if sound else videos
        raise RefusedError(f"it is not a readable {kinds} ({reason})") from error
    except MemoryError as error:
        raise RefusedError("it needs too much memory") from error


def _facts(container: InputContainer, kind: str) -> dict[str, Any]:
    sound = kind == "sound"
    if len(container.streams) > MAX_STREAMS:
        raise RefusedError(f"it has more than {MAX_STREAMS} streams")
    pictures = [stream for stream in container.streams.video if not stream.disposition & Disposition.attached_pic]
    video = next((stream for stream in pictures if not sound), None)
    audio = next(iter(container.streams.audio), None)
    if video is None and audio is None:
        raise RefusedError("it holds no sound" if sound else "it holds neither picture nor sound")
    if sound and audio is not None and audio.codec_context.name not in AUDIO_DECODERS:
        raise RefusedError(f"its codec {audio.codec_context.name} is not accepted")
    if video is not None:
        _check_decoder(video)
    streams = [stream for stream in (video, *container.streams.audio) if stream is not None]
    read = {stream.index: _Packets(stream) for stream in streams}
    first: VideoFrame | None = None
    opening = _Opening(_opening_limit(video) if kind == "footage" and video is not None else 0)
    for packet in container.demux(streams):
        if packet.stream is video and first is None:
            first = _first_frame(packet)
        elif packet.stream is video and not opening.is_over:
            opening.add(packet)
        if packet.size:
            read[packet.stream.index].add(packet)
    declared = (container.duration or 0) / av.time_base
    reached = (
        max((packets.ends_at for packets in read.values()), default=0.0) - (container.start_time or 0) / av.time_base
    )
    return {
        "container": container.format.name,
        "duration": declared or reached,
        "complete": reached >= declared - max(0.25, 0.005 * declared) and not any(p.corrupt for p in read.values()),
        "stream_types": [stream.type for stream in container.streams],
        "has_picture": bool(pictures),
        "chapters": len(container.chapters()),
        "video": None if video is None else _video_facts(video, read[video.index], first, opening),
        "audio": None if audio is None else _audio_facts(audio, read[audio.index]),
    }


def _check_decoder(video: VideoStream) -> None:
    context = video.codec_context
    if context.name not in DECODERS:
        raise RefusedError(f"its codec {context.name} is not accepted")
    if context.width * context.height > MAX_PIXELS:
        raise RefusedError(f"its picture of {context.width}x{context.height} is too large")
    context.options = {"max_pixels": str(MAX_PIXELS)}
    context.thread_count = 1


def _first_frame(packet: "av.Packet[Stream]") -> VideoFrame | None:
    try:
        return next((frame for frame in packet.decode() if isinstance(frame, VideoFrame)), None)
    except av.FFmpegError as error:
        raise RefusedError(f"its first picture does not decode ({error.strerror})") from error


def _opening_limit(video: VideoStream) -> int:
    rate = video.average_rate or video.guessed_rate or Fraction(25)
    return min(round(_OPENING_S * rate), _MAX_OPENING_FRAMES)


def _key_frames(packets: _Packets) -> list[int]:
    """Returns the places of key frames among the shown frames; of very many, some."""
    starts = sorted(packets.starts)
    places = sorted(bisect_left(starts, start) for start in packets.keys)
    return places[:: -(-len(places) // _MAX_KEY_FRAMES) or 1]


def _video_facts(video: VideoStream, packets: _Packets, first: VideoFrame | None, opening: _Opening) -> dict[str, Any]:
    if first is None:
        raise RefusedError("not one picture of it decodes")
    if first.width * first.height > MAX_PIXELS:
        raise RefusedError(f"its picture of {first.width}x{first.height} is too large")
    rate = _rate(video, packets)
    aspect = video.sample_aspect_ratio or Fraction(1)
    return {
        "codec": video.codec_context.name,
        "width": first.width,
        "height": first.height,
        "sample_aspect": [aspect.numerator, aspect.denominator] if aspect > 0 else [1, 1],
        "rotation": round(first.rotation) % 360,
        "pixel_format": first.format.name,
        "frame_rate": [rate.numerator, rate.denominator],
        "constant_rate": packets.on_grid(rate),
        "frames": len(packets),
        "monotone": packets.monotone,
        "start": float(min(packets.starts) * packets.time_base),
        "duration": float(packets.span or len(packets) / rate),
        "transfer": int(first.color_trc),
        "matrix": int(first.colorspace),
        "opening": min(opening.frames, len(packets) - 1),
        "key_frames": _key_frames(packets),
        "parameters": hashlib.sha256(video.codec_context.extradata or b"").hexdigest(),
    }


def _rate(video: VideoStream, packets: _Packets) -> Fraction:
    """Returns the frame rate at which the frames fill their time span; headers of variable-rate files differ."""
    claimed = video.average_rate or video.guessed_rate or Fraction(0)
    if len(packets) < 2:
        return claimed if claimed > 0 else Fraction(25)
    starts = sorted(packets.starts)
    if claimed > 0:
        gap = (starts[-1] - starts[0]) * packets.time_base
        if abs(gap - (len(starts) - 1) / claimed) <= max(1 / claimed, gap / 100):
            return claimed
    if any(earlier == later for earlier, later in pairwise(starts)) or starts[-1] == starts[0]:
        raise RefusedError("its time stamps make no sense")
    rate = ((len(starts) - 1) / ((starts[-1] - starts[0]) * packets.time_base)).limit_denominator(1001)
    if not rate:
        raise RefusedError("its pictures are hours apart")
    return rate


def _audio_facts(audio: AudioStream, packets: _Packets) -> dict[str, Any]:
    duration = Fraction(audio.duration) * packets.time_base if audio.duration else packets.span
    return {
        "codec": audio.codec_context.name,
        "sample_rate": audio.sample_rate,
        "channels": audio.channels,
        "duration": float(duration),
        "samples": round(duration * audio.sample_rate),
        "packets": len(packets),
        "monotone": packets.monotone,
    }


def main() -> int:
    """Examines the file on the command line as the kind before it."""
    av.logging.set_level(None)
    try:
        answer: dict[str, Any] = {"facts": examine(sys.argv[2], sys.argv[1])}
    except RefusedError as error:
        answer = {"refused": str(error)}
    sys.stdout.write(json.dumps(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main())
