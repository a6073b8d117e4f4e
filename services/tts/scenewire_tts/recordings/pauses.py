"""Finds where somebody speaks in a recording. Pure."""

from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenewire_tts.speech.sound import SAMPLE_RATE

__all__ = ["MIN_PAUSE_SAMPLES", "Stretch", "find_speech"]

_FRAME_SAMPLES: Final = SAMPLE_RATE // 100

_HUM_SAMPLES: Final = SAMPLE_RATE // 120
"""A moving mean over so many samples is what lies below speech, such as the hum of the mains."""

_FLOOR_PERCENTILE: Final = 5
_SPEECH_PERCENTILE: Final = 90
_THRESHOLD_SHARE: Final = 0.35
"""How far the threshold lies between the noise of the room and the speech, in decibels."""

_DEEPEST_DB: Final = 32
"""Below the speech; a quieter room needs no lower threshold."""

_NOTHING_DB: Final = 60
"""Below the speech: not a room, but what an editor or a noise gate left in place of one."""

MIN_PAUSE_SAMPLES: Final = round(0.13 * SAMPLE_RATE)
"""Shorter gaps are the closures of plosives."""

_MIN_SPEECH_SAMPLES: Final = round(0.06 * SAMPLE_RATE)
"""Shorter sounds are clicks."""

_SILENT_DB: Final = -96.0

_BLOCK_SAMPLES: Final = 60 * SAMPLE_RATE
"""Measured at a time: a quarter of an hour would need a gigabyte."""


class Stretch(NamedTuple):
    """Samples of a recording in which somebody speaks: the first one, and the first one after them."""

    start: int
    end: int


def find_speech(pcm: NDArray[np.int16]) -> list[Stretch]:
    """Returns the stretches of speech in a recording, with pauses between them; at least one, if it is not silent.

    The threshold follows the noise of the room, so that pauses are found in recordings that are never silent.

    Args:
        pcm: mono samples at `SAMPLE_RATE`.
    """
    blocks = [_levels(pcm[start : start + _BLOCK_SAMPLES]) for start in range(0, len(pcm), _BLOCK_SAMPLES)]
    levels = np.concatenate(blocks) if blocks else np.full(1, _SILENT_DB)
    speech = float(np.percentile(levels, _SPEECH_PERCENTILE))
    if speech <= _SILENT_DB:
        return []
    floor = float(np.percentile(levels[levels > speech - _NOTHING_DB], _FLOOR_PERCENTILE))
    threshold = max(floor + _THRESHOLD_SHARE * (speech - floor), speech - _DEEPEST_DB)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], levels > threshold, [False])).astype(np.int8)))
    found = [Stretch(int(start) * _FRAME_SAMPLES, int(end) * _FRAME_SAMPLES) for start, end in edges.reshape(-1, 2)]
    joined = _joined(found)
    long = [stretch for stretch in joined if stretch.end - stretch.start >= _MIN_SPEECH_SAMPLES]
    return [Stretch(start, min(end, len(pcm))) for start, end in long or joined]


def _levels(pcm: NDArray[np.int16]) -> NDArray[np.float64]:
    """Returns the level of every hundredth of a second, dB below full scale."""
    padded = np.pad(pcm, (0, -len(pcm) % _FRAME_SAMPLES)).astype(np.float64) / 32_768
    sums = np.cumsum(np.pad(padded, (_HUM_SAMPLES // 2 + 1, _HUM_SAMPLES // 2)))
    padded -= (sums[_HUM_SAMPLES:] - sums[:-_HUM_SAMPLES])[: len(padded)] / _HUM_SAMPLES
    power = np.square(padded).reshape(-1, _FRAME_SAMPLES).mean(axis=1)
    return np.asarray(10 * np.log10(np.maximum(power, 10 ** (_SILENT_DB / 10))), np.float64)


def _joined(stretches: list[Stretch]) -> list[Stretch]:
    """Joins stretches with too short a gap between them for a pause."""
    if not stretches:
        return []
    cuts = [at for at, (one, other) in enumerate(pairwise(stretches), 1) if other.start - one.end >= MIN_PAUSE_SAMPLES]
    return [
        Stretch(stretches[first].start, stretches[last - 1].end) for first, last in pairwise([0, *cuts, len(stretches)])
    ]
