"""Encodes narrations as MP3 for the web application: mono, 44.1 kHz, 128 kbit/s."""

import wave
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import numpy as np

__all__ = ["write_mp3"]

_MP3_SAMPLE_RATE: Final = 44_100
_BITS_PER_SECOND: Final = 128_000
_BLOCK_SAMPLES: Final = 1 << 16


def write_mp3(source: Path, target: Path) -> None:
    """Encodes a mono 16-bit WAV file written by `postprocess`."""
    with wave.open(str(source), "rb") as speech, av.open(str(target), "w", format="mp3") as container:
        rate = speech.getframerate()
        stream = container.add_stream("libmp3lame", rate=_MP3_SAMPLE_RATE, layout="mono")
        stream.bit_rate = _BITS_PER_SECOND
        resampler = av.AudioResampler(format="s16p", layout="mono", rate=_MP3_SAMPLE_RATE)
        done = 0
        while block := speech.readframes(_BLOCK_SAMPLES):
            frame = av.AudioFrame.from_ndarray(
                np.frombuffer(block, "<i2").astype(np.int16)[np.newaxis], format="s16", layout="mono"
            )
            frame.sample_rate, frame.pts, frame.time_base = rate, done, Fraction(1, rate)
            done += frame.samples
            for ready in resampler.resample(frame):
                container.mux(stream.encode(ready))
        for ready in resampler.resample(None):
            container.mux(stream.encode(ready))
        container.mux(stream.encode(None))
