"""Reads the WAV files of speech servers, as untrusted bytes. Pure."""

import struct
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["DamagedWaveError", "read_wave"]

_EXTENSIBLE: Final = 0xFFFE
_FORMAT_BYTES: Final = 16
_SUBFORMAT_AT: Final = 24
_UNKNOWN_SIZES: Final = frozenset({0, 0x7FFFFFFF, 0x7FFFFFFF - 36, 0x7FFFF000, 0xFFFFFFFF, 0xFFFFFFFF - 36})
"""Written by servers that send audio before they know how much it is."""

_RATES: Final = range(8_000, 192_001)
_MAX_CHANNELS: Final = 8


class DamagedWaveError(Exception):
    """The bytes are no complete WAV file of a known kind; the text says why."""


def read_wave(data: bytes) -> tuple[NDArray[np.float32], int]:
    """Returns the samples, mixed to mono, from -1 to 1, and their rate in hertz.

    Raises:
        DamagedWaveError: the file is truncated, damaged, or of an unknown kind.
    """
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise DamagedWaveError("it is not a WAV file")
    header, position = b"", 12
    while position + 8 <= len(data):
        name, size = data[position : position + 4], int.from_bytes(data[position + 4 : position + 8], "little")
        position += 8
        if name == b"fmt ":
            header = data[position : position + size]
        if name == b"data":
            return _samples(header, data[position:], size)
        position += size + size % 2
    raise DamagedWaveError("it is truncated before its audio")


def _samples(header: bytes, audio: bytes, size: int) -> tuple[NDArray[np.float32], int]:
    if len(header) < _FORMAT_BYTES:
        raise DamagedWaveError("its format is missing")
    kind, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", header)
    if kind == _EXTENSIBLE and len(header) >= _SUBFORMAT_AT + 2:
        (kind,) = struct.unpack_from("<H", header, _SUBFORMAT_AT)
    if rate not in _RATES or not 1 <= channels <= _MAX_CHANNELS:
        raise DamagedWaveError(f"it claims {channels} channels at {rate} Hz")
    if size not in _UNKNOWN_SIZES:
        if size > len(audio):
            raise DamagedWaveError(f"it is truncated after {len(audio)} of {size} bytes of audio")
        audio = audio[:size]
    frame = channels * bits // 8
    whole = len(audio) // frame * frame if frame else 0
    samples = _numbers(audio[:whole], kind, bits)
    if not np.isfinite(samples).all():
        raise DamagedWaveError("it has samples that are not numbers")
    return samples.reshape(-1, channels).mean(axis=1, dtype=np.float32), rate


def _numbers(audio: bytes, kind: int, bits: int) -> NDArray[np.float32]:
    match kind, bits:
        case (1, 16):
            return np.frombuffer(audio, "<i2").astype(np.float32) / np.float32(1 << 15)
        case (1, 24):
            triples = np.frombuffer(audio, np.uint8).reshape(-1, 3)
            padded = np.concatenate((np.zeros((len(triples), 1), np.uint8), triples), axis=1)
            return (padded.reshape(-1).view("<i4") / (1 << 31)).astype(np.float32)
        case (1, 32):
            return (np.frombuffer(audio, "<i4") / (1 << 31)).astype(np.float32)
        case (3, 32):
            return np.frombuffer(audio, "<f4").astype(np.float32)
    raise DamagedWaveError(f"it has samples of kind {kind} with {bits} bits")
