"""Speech as samples with word times."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scenewire.messages import Word

__all__ = ["SAMPLE_RATE", "Speech"]

SAMPLE_RATE: Final = 24_000
"""Hertz, of every narration. A frame of every output rate is a whole number of samples at this rate, which is also that
of the neural voices."""


@dataclass(frozen=True, eq=False)
class Speech:
    """The speech of one text."""

    pcm: NDArray[np.int16]
    """Mono, at `SAMPLE_RATE`."""
    words: tuple[Word, ...]
    """All words of the text as divided by `split_words`, in order."""
    voice: str
    """Name of the voice, as orders use it."""
    spelled: tuple[str, ...] = ()
    """Words that the voice read letter by letter, because it lacks their writing system."""
    notes: tuple[str, ...] = ()
    """What else people should know, such as a degraded result."""
