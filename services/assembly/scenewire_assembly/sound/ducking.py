"""How loud music is at each moment of a film: lower where somebody speaks, because it is known where. Pure.

A compressor that listens to the voice (`sidechaincompress`) lets go between syllables, comes late at each beginning and
depends on how loud a voice is. The times of the words are known to the sample, so that the music makes room before a
word begins and keeps still until a pause is long enough to rise in.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scenewire_assembly.edit import SOUND_RATE

__all__ = ["Ducking", "Stretch", "stretches"]

Stretch = tuple[int, int]
"""From one sample up to and without another."""

_FALL: Final = round(0.30 * SOUND_RATE)
_LEAD: Final = round(0.05 * SOUND_RATE)
"""It is down so long before a word begins,"""
_HOLD: Final = round(0.15 * SOUND_RATE)
"""stays down so long after one has ended,"""
_RISE: Final = round(0.50 * SOUND_RATE)
_PAUSE: Final = _HOLD + _RISE + _FALL + _LEAD
"""and through every pause in which it could not rise and fall again."""

_FADE_IN: Final = round(1.0 * SOUND_RATE)
_FADE_OUT: Final = round(2.0 * SOUND_RATE)
_SEAM: Final = round(0.5 * SOUND_RATE)
"""It fades for so long to either side of where it begins anew."""


def stretches(spoken: Iterable[Stretch]) -> list[Stretch]:
    """Speech without pauses that are too short for music to rise in. Takes it in order."""
    merged: list[Stretch] = []
    for start, end in spoken:
        if merged and start - merged[-1][1] < _PAUSE:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        elif end > start:
            merged.append((start, end))
    return merged


@dataclass(frozen=True)
class Ducking:
    """The course of the music's loudness through a film.

    Args:
        spoken: where somebody speaks, as `stretches` gives it; samples at SOUND_RATE.
        gain: dB while nobody does.
        duck: dB by which it is lower while somebody does.
        length: samples of the film.
        piece: samples of the music, after which it begins anew.
    """

    spoken: tuple[Stretch, ...]
    gain: float
    duck: float
    length: int
    piece: int

    def factors(self, start: int, end: int) -> NDArray[np.float64]:
        """What each of the music's samples from `start` up to `end` of the film is multiplied with."""
        at = np.arange(start, end)
        decibels = self.gain - self.duck * np.interp(at, *self._course(start, end))
        return np.asarray(10 ** (decibels / 20) * self._edges(at) * self._seams(at), dtype=np.float64)

    def _course(self, start: int, end: int) -> tuple[list[int], list[float]]:
        """Corners of the curve between 0, nobody speaks, and 1, as far as this part of the film sees them."""
        corners = list(self._corners(start, end)) or [(start, 0.0)]
        return [at for at, _ in corners], [depth for _, depth in corners]

    def _corners(self, start: int, end: int) -> Iterator[tuple[int, float]]:
        for begin, stop in self.spoken:
            if begin - _LEAD - _FALL < end and stop + _HOLD + _RISE > start:
                yield begin - _LEAD - _FALL, 0.0
                yield begin - _LEAD, 1.0
                yield stop + _HOLD, 1.0
                yield stop + _HOLD + _RISE, 0.0

    def _edges(self, at: NDArray[np.int64]) -> NDArray[np.float64]:
        fade_in, fade_out = min(_FADE_IN, self.length // 4), min(_FADE_OUT, self.length // 4)
        return _swell(at, fade_in) * _swell(self.length - at, fade_out)

    def _seams(self, at: NDArray[np.int64]) -> NDArray[np.float64]:
        """It begins and ends of itself; only where end and beginning meet they are made to fit."""
        within, seam = at % self.piece, min(_SEAM, self.piece // 4)
        rises = np.where(at < self.piece, 1.0, _swell(within, seam))
        falls = np.where(at // self.piece == (self.length - 1) // self.piece, 1.0, _swell(self.piece - within, seam))
        return np.asarray(rises * falls, dtype=np.float64)


def _swell(at: NDArray[np.int64], length: int) -> NDArray[np.float64]:
    """From nothing at 0 to 1 at `length`, without a corner at either end."""
    swelling = np.ones(at.shape)
    near = at < length
    swelling[near] = 0.5 - 0.5 * np.cos(np.pi * at[near] / length)
    return swelling
