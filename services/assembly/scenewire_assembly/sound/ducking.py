"""The gain of the music at each sample of a video: lower under speech, by the times of the words. Pure.

A compressor that follows the voice (`sidechaincompress`) releases between syllables, reacts late to each beginning and
depends on the loudness of the voice. The words' times are known to the sample. So the music is down before a word
begins, and stays down until a pause is long enough for it to rise.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scenewire_assembly.edit import SOUND_RATE

__all__ = ["Ducking", "SampleRange", "merge_speech"]

SampleRange = tuple[int, int]
"""Half-open: the first sample, and the first one after it."""

_FALL: Final = round(0.30 * SOUND_RATE)
_LEAD: Final = round(0.05 * SOUND_RATE)
"""Samples for which the music is already down when a word begins."""
_HOLD: Final = round(0.15 * SOUND_RATE)
"""Samples for which the music stays down after a word."""
_RISE: Final = round(0.50 * SOUND_RATE)
_SHORTEST_PAUSE: Final = _HOLD + _RISE + _FALL + _LEAD
"""Samples of the shortest pause in which the music can rise and fall again."""

_FADE_IN: Final = round(8 / 30 * SOUND_RATE)
_FADE_OUT: Final = round(1.5 * SOUND_RATE)
"""Samples until the end; where a closing card fades, it does so in the later part of them."""
_SEAM: Final = round(0.5 * SOUND_RATE)
"""Samples of the fade on either side of the point where the music starts again."""


def merge_speech(words: Iterable[SampleRange]) -> list[SampleRange]:
    """Joins words that have too short a pause between them for the music to rise. Expects them in order."""
    merged: list[SampleRange] = []
    for start, end in words:
        if merged and start - merged[-1][1] < _SHORTEST_PAUSE:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        elif end > start:
            merged.append((start, end))
    return merged


@dataclass(frozen=True, kw_only=True)
class Ducking:
    """The course of the music's gain through a video.

    Attributes:
        speech: ranges of speech from `merge_speech`, at SOUND_RATE.
        gain_db: gain of the music in pauses.
        duck_db: reduction of that gain under speech.
        samples: length of the video.
        music_samples: length of the music, which then starts again.
    """

    speech: tuple[SampleRange, ...]
    gain_db: float
    duck_db: float
    samples: int
    music_samples: int

    def gain_envelope(self, start: int, end: int) -> NDArray[np.float64]:
        """The factor for each sample of the music from `start` up to `end` of the video."""
        at = np.arange(start, end)
        decibels = self.gain_db - self.duck_db * np.interp(at, *self._depth(start, end))
        return np.asarray(10 ** (decibels / 20) * self._edges(at) * self._seams(at), dtype=np.float64)

    def _depth(self, start: int, end: int) -> tuple[list[int], list[float]]:
        """Corners of the curve between 0 (pause) and 1 (speech) that affect this part of the video."""
        corners = list(self._corners(start, end)) or [(start, 0.0)]
        return [at for at, _ in corners], [depth for _, depth in corners]

    def _corners(self, start: int, end: int) -> Iterator[tuple[int, float]]:
        for begin, stop in self.speech:
            if begin - _LEAD - _FALL < end and stop + _HOLD + _RISE > start:
                yield begin - _LEAD - _FALL, 0.0
                yield begin - _LEAD, 1.0
                yield stop + _HOLD, 1.0
                yield stop + _HOLD + _RISE, 0.0

    def _edges(self, at: NDArray[np.int64]) -> NDArray[np.float64]:
        fade_in, fade_out = min(_FADE_IN, self.samples // 4), min(_FADE_OUT, self.samples // 4)
        left = np.minimum(1.0, (self.samples - at) / fade_out)
        return np.asarray(_fade(at, fade_in) * np.sin(left * np.pi / 2), dtype=np.float64)

    def _seams(self, at: NDArray[np.int64]) -> NDArray[np.float64]:
        """Fades the end into the beginning where the music starts again; not at its first start or its last end."""
        within, seam = at % self.music_samples, min(_SEAM, self.music_samples // 4)
        last = (self.samples - 1) // self.music_samples
        rises = np.where(at < self.music_samples, 1.0, _fade(within, seam))
        falls = np.where(at // self.music_samples == last, 1.0, _fade(self.music_samples - within, seam))
        return np.asarray(rises * falls, dtype=np.float64)


def _fade(at: NDArray[np.int64], length: int) -> NDArray[np.float64]:
    """Raised cosine from 0 at sample 0 to 1 at `length`, flat at both ends."""
    fade = np.ones(at.shape)
    near = at < length
    fade[near] = 0.5 - 0.5 * np.cos(np.pi * at[near] / length)
    return fade
