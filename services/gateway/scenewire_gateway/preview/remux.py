"""Wraps a scene's segment and narration as one fragmented mp4: the picture is copied, the narration becomes AAC."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Final, TypeAlias

import av
from av.audio.fifo import AudioFifo
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.stream import VideoStream

__all__ = ["MAX_PART_S", "remux"]

_PART_S: Final = 2
"""Shortest part, except the last one of a scene. Segments have a key frame at least every 2 s."""

MAX_PART_S: Final = 4
"""Longest part."""

_SAMPLE_RATE: Final = 48_000
_BIT_RATE: Final = 96_000
_PACKET_SAMPLES: Final = 1_024
"""Of AAC."""

# The moov waits for the first packets, so that it can say by an edit list that the encoder's delay comes before the
# picture. The index after it tells players of the file alone how long it is and where its parts are.
_FLAGS: Final = "frag_keyframe+delay_moov+default_base_moof+global_sidx+skip_trailer"

_Packet: TypeAlias = "av.Packet[VideoStream] | av.Packet[AudioStream]"  # generic in the stubs only


def remux(segment: Path, narration: Path, target: Path, *, frames: int, frame_rate: int) -> None:
    """Writes the fragmented mp4. Blocks.

    Sound and picture begin together. The sound is cut or filled with silence to the end of the picture, in whole packets.

    Args:
        segment: mp4 with the scene's picture in H.264, without sound.
        narration: WAV.
        target: the file to write.
        frames: length of the picture.
        frame_rate: frames a second.

    Raises:
        FFmpegError: a file cannot be read or written.
        OSError: the disk is full.
    """
    options = {"movflags": _FLAGS, "min_frag_duration": str(_PART_S * 1_000_000)}
    with (
        av.open(f"file:{segment}", format="mp4") as picture,
        av.open(f"file:{narration}", format="wav") as sound,
        av.open(f"file:{target}", "w", format="mp4", options=options) as written,
    ):
        source = picture.streams.video[0]
        video = written.add_stream_from_template(source)
        video.time_base = source.time_base
        audio = written.add_stream("aac", rate=_SAMPLE_RATE, layout="mono", bit_rate=_BIT_RATE)
        samples = frames * _SAMPLE_RATE // frame_rate
        for packet in _interleaved(_pictures(picture, source, video), _sounds(sound, audio, samples)):
            written.mux(packet)


def _pictures(container: InputContainer, source: VideoStream, target: VideoStream) -> Iterator[_Packet]:
    for packet in container.demux(source):
        if packet.dts is not None:
            packet.stream = target
            yield packet


def _sounds(container: InputContainer, target: AudioStream, samples: int) -> Iterator[_Packet]:
    """Yields the packets of at least so many samples."""
    frames = _resampled(container)
    waiting = AudioFifo()
    for start in range(0, samples, _PACKET_SAMPLES):
        while waiting.samples < _PACKET_SAMPLES:
            frame = next(frames, None) or _silence()
            frame.pts = None
            waiting.write(frame)
        frame = waiting.read(_PACKET_SAMPLES) or _silence()
        frame.pts, frame.time_base = start, Fraction(1, _SAMPLE_RATE)
        yield from target.encode(frame)
    yield from target.encode(None)


def _resampled(container: InputContainer) -> Iterator[AudioFrame]:
    resampler = AudioResampler(format="fltp", layout="mono", rate=_SAMPLE_RATE)
    for frame in container.decode(audio=0):
        yield from resampler.resample(frame)
    yield from resampler.resample(None)


def _silence() -> AudioFrame:
    frame = AudioFrame(format="fltp", layout="mono", samples=_PACKET_SAMPLES)
    frame.sample_rate = _SAMPLE_RATE
    for plane in frame.planes:
        plane.update(bytes(plane.buffer_size))
    return frame


def _interleaved(pictures: Iterator[_Packet], sounds: Iterator[_Packet]) -> Iterator[_Packet]:
    """Yields the packets of both in the order of their decoding times."""
    sound = next(sounds, None)
    for picture in pictures:
        while sound is not None and _seconds(sound) <= _seconds(picture):
            yield sound
            sound = next(sounds, None)
        yield picture
    if sound is not None:
        yield sound
    yield from sounds


def _seconds(packet: _Packet) -> Fraction:
    return (packet.dts or 0) * (packet.time_base or Fraction(1))
