"""Measures the loudness of speech by ITU-R BS.1770-4 and levels it. Pure."""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scenewire_tts.speech.sound import SAMPLE_RATE

__all__ = ["TARGET_LUFS", "levelling_gain", "loudness"]

TARGET_LUFS: Final = -23.0
"""Loudness of every utterance and narration; that of EBU R 128. The video's own loudness is set when it is mixed."""

_MAX_GAIN_DB: Final = 6.0
"""Kokoro's voices need up to 5 dB, espeak's 3."""

_MIN_GAIN_DB: Final = 0.2
"""Less is inaudible and not worth another rounding."""

_MAX_PEAK: Final = 0.97

_BLOCK_SAMPLES: Final = round(0.4 * SAMPLE_RATE)
_STEP_SAMPLES: Final = _BLOCK_SAMPLES // 4
_ABSOLUTE_GATE_LUFS: Final = -70.0
_OFFSET_LU: Final = -0.691
_PADDING: Final = 4096

_Polynomial = tuple[float, float, float]


def levelling_gain(audio: NDArray[np.float32], *, limit_db: float = _MAX_GAIN_DB) -> float:
    """Returns the factor that brings speech to `TARGET_LUFS`, within limits and without clipping.

    Args:
        audio: mono samples from -1 to 1, without silence at either end.
        limit_db: of the change, in both directions.
    """
    measured = loudness(audio)
    if measured == -math.inf:
        return 1.0
    decibels = min(max(TARGET_LUFS - measured, -limit_db), limit_db)
    if abs(decibels) < _MIN_GAIN_DB:
        return 1.0
    gain = float(10 ** (decibels / 20))
    peak = float(np.abs(audio).max(initial=0))
    return gain if gain <= 1 else max(1.0, min(gain, _MAX_PEAK / peak))


def loudness(audio: NDArray[np.float32]) -> float:
    """Returns the integrated loudness in LUFS; minus infinity for silence.

    Args:
        audio: mono samples from -1 to 1.
    """
    energy = np.concatenate(([0.0], np.cumsum(np.square(_weighted(audio)))))
    starts = np.arange(0, max(1, len(audio) - _BLOCK_SAMPLES + 1), _STEP_SAMPLES)
    ends = np.minimum(starts + _BLOCK_SAMPLES, len(audio))
    blocks = np.maximum(energy[ends] - energy[starts], 0) / np.maximum(ends - starts, 1)
    loud = blocks[blocks > 10 ** ((_ABSOLUTE_GATE_LUFS - _OFFSET_LU) / 10)]
    if not loud.size:
        return -math.inf
    return _lufs(float(loud[loud > loud.mean() / 10].mean()))  # the second gate is 10 LU below the mean


def _lufs(energy: float) -> float:
    return _OFFSET_LU + 10 * math.log10(energy)


def _weighted(audio: NDArray[np.float32]) -> NDArray[np.float64]:
    """Applies the K weighting: a shelf that raises treble by 4 dB, and a high pass."""
    size = -(-len(audio) // _PADDING) * _PADDING + _PADDING
    spectrum = np.fft.rfft(audio, size)
    turn = np.exp(-2j * np.pi * np.fft.rfftfreq(size))
    response = np.abs(_response(*_SHELF, turn) * _response(*_HIGH_PASS, turn))
    return np.asarray(np.fft.irfft(spectrum * response, size)[: len(audio)], np.float64)


def _shelf(frequency: float, gain_db: float, quality: float) -> tuple[_Polynomial, _Polynomial]:
    """Returns numerator and denominator of the filter that raises treble, for `SAMPLE_RATE`."""
    turn, high = math.tan(math.pi * frequency / SAMPLE_RATE), 10 ** (gain_db / 20)
    middle = high**0.4996667741545416 * turn / quality
    return (high + middle + turn**2, 2 * (turn**2 - high), high - middle + turn**2), _denominator(turn, quality)


def _denominator(turn: float, quality: float) -> _Polynomial:
    return 1 + turn / quality + turn**2, 2 * (turn**2 - 1), 1 - turn / quality + turn**2


def _response(above: _Polynomial, below: _Polynomial, turn: NDArray[np.complex128]) -> NDArray[np.complex128]:
    numerator, denominator = (part[0] + part[1] * turn + part[2] * turn**2 for part in (above, below))
    return np.asarray(numerator / denominator, np.complex128)


# The two filters of BS.1770, which gives them for 48 kHz, as the formulas for every rate of the library libebur128.
_SHELF: Final = _shelf(1681.974450955533, 3.999843853973347, 0.7071752369554196)
_BELOW: Final = _denominator(math.tan(math.pi * 38.13547087602444 / SAMPLE_RATE), 0.5003270373238773)
_HIGH_PASS: Final = (_BELOW[0], -2 * _BELOW[0], _BELOW[0]), _BELOW
