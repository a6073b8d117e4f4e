"""WAV files of speech servers: every kind that they send, and damage."""

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenewire_tts.engines.openai_compatible.wave_file import DamagedWaveError, read_wave
from tests.support.speech_server import tone, wav

RATE = 16_000
SAMPLES = np.frombuffer(tone(0.1, RATE), "<i2")


def wave_of(
    audio: bytes, *, kind: int, bits: int, channels: int = 1, rate: int = RATE, size: int | None = None
) -> bytes:
    form = struct.pack("<HHIIHH", kind, channels, rate, rate * channels * bits // 8, channels * bits // 8, bits)
    if kind == 0xFFFE:
        form += struct.pack("<HHIH14s", 22, bits, 0, 1, bytes(14))
    size = len(audio) if size is None else size
    chunks = b"".join(
        name + struct.pack("<I", length) + content + bytes(len(content) % 2)
        for name, length, content in ((b"LIST", 3, b"abc"), (b"fmt ", len(form), form), (b"data", size, audio))
    )
    return b"RIFF" + struct.pack("<I", len(chunks) + 4) + b"WAVE" + chunks


def high_bytes(count: int) -> bytes:
    """Returns the samples with `count` bytes of zeros below them."""
    return b"".join(bytes(count) + sample.tobytes() for sample in SAMPLES)


@pytest.mark.parametrize(
    "data",
    [
        wav(SAMPLES.tobytes(), RATE),
        wave_of(SAMPLES.tobytes(), kind=1, bits=16),
        wave_of(SAMPLES.tobytes(), kind=0xFFFE, bits=16),
        wave_of(high_bytes(1), kind=1, bits=24),
        wave_of(high_bytes(2), kind=1, bits=32),
        wave_of((SAMPLES / 32_768).astype("<f4").tobytes(), kind=3, bits=32),
        wave_of(np.repeat(SAMPLES, 2).tobytes(), kind=1, bits=16, channels=2),
        wave_of(SAMPLES.tobytes(), kind=1, bits=16, size=0xFFFFFFFF),
        wave_of(SAMPLES.tobytes(), kind=1, bits=16, size=0),
        wave_of(SAMPLES.tobytes() + b"x", kind=1, bits=16, size=0xFFFFFFFF)[:-1],
    ],
)
def test_every_kind_of_samples_is_read_as_it_sounds(data: bytes) -> None:
    samples, rate = read_wave(data)

    assert rate == RATE
    assert np.allclose(samples, SAMPLES / 32_768, atol=1e-6)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not a WAV file"),
        (b"ID3\x04" + bytes(100), "not a WAV file"),
        (wav(SAMPLES.tobytes())[:30], "truncated before its audio"),
        (wav(SAMPLES.tobytes())[:1_000], "truncated after 956 of"),
        (wave_of(bytes(100), kind=1, bits=8), "kind 1 with 8 bits"),
        (wave_of(bytes(100), kind=85, bits=16), "kind 85"),
        (wave_of(bytes(100), kind=1, bits=0), "0 bits"),
        (wave_of(bytes(100), kind=1, bits=16, rate=7), "at 7 Hz"),
        (wave_of(bytes(100), kind=1, bits=16, channels=0), "0 channels"),
        (wave_of(b"\x00\x00\xc0\x7f" * 9, kind=3, bits=32), "not numbers"),
        (b"RIFF\x04\x00\x00\x00WAVEdata\x02\x00\x00\x00ab", "format is missing"),
    ],
)
def test_damage_is_named(data: bytes, reason: str) -> None:
    with pytest.raises(DamagedWaveError, match=reason):
        read_wave(data)


@given(st.binary(max_size=80), st.integers(0, 60))
def test_any_bytes_are_read_or_refused(garbage: bytes, position: int) -> None:
    data = wav(SAMPLES.tobytes())[:200]
    try:
        samples, _ = read_wave(data[:position] + garbage + data[position + len(garbage) :])
    except DamagedWaveError:
        return
    assert np.isfinite(samples).all()
