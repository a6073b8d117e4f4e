"""Decodes a recording from outside, in a process of its own: a crash or a decompression bomb ends only this process.

`python child.py PATH RATE SECONDS` prints one line of JSON, `{}` or `{"refused": "why"}`, and after `{}` the samples: mono,
16 bits, little-endian. It writes no file. It runs isolated from the environment and the working folder.
"""

import json
import sys
from collections.abc import Iterator

import av
import numpy as np

from scenewire.probe.accepted_formats import AUDIO_DECODERS, SOUND_FORMATS, demuxer_options


class RefusedError(Exception):
    """The recording is refused; the message is the reason."""


def decode(path: str, rate: int, seconds: int) -> bytes:
    """Returns the samples of a recording, mixed to mono.

    Args:
        path: the file.
        rate: wanted, hertz.
        seconds: limit for its length.

    Raises:
        RefusedError: it is not sound of an accepted kind, damaged, or too long.
    """
    received = bytearray()
    try:
        for samples in _samples(path, rate):
            received += samples
            if len(received) > 2 * rate * seconds:
                raise RefusedError(f"it lasts longer than {seconds} s")
    except (av.FFmpegError, ValueError, OverflowError) as error:
        raise RefusedError(f"it cannot be decoded ({getattr(error, 'strerror', None) or error})") from error
    except MemoryError as error:
        raise RefusedError("it needs too much memory") from error
    return bytes(received)


def _samples(path: str, rate: int) -> Iterator[bytes]:
    with av.open(f"file:{path}", "r", options=demuxer_options(SOUND_FORMATS), metadata_errors="replace") as container:
        audio = next(iter(container.streams.audio), None)
        if audio is None or audio.codec_context.name not in AUDIO_DECODERS:
            raise RefusedError("it holds no sound of an accepted codec")
        resampler = av.AudioResampler(format="s16", layout="mono", rate=rate)
        for frame in container.decode(audio):
            frame.pts = None  # gaps in the time stamps are not silence
            for part in resampler.resample(frame):
                yield part.to_ndarray()[0].astype(np.dtype("<i2")).tobytes()
        for part in resampler.resample(None):
            yield part.to_ndarray()[0].astype(np.dtype("<i2")).tobytes()


def main() -> int:
    """Decodes the file on the command line."""
    av.logging.set_level(None)
    try:
        samples, answer = decode(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])), {}
    except RefusedError as error:
        samples, answer = b"", {"refused": str(error)}
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + samples)
    return 0


if __name__ == "__main__":
    sys.exit(main())
