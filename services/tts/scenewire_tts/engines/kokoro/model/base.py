"""What speaks phonemes: the interface inside the model's own process."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["MemoryShortError", "Sound", "UnusableError", "VoiceModel"]


class UnusableError(Exception):
    """The weights, a package or the device cannot be used; the message says what to do."""


class MemoryShortError(Exception):
    """There is too little memory for an utterance of this length."""


@dataclass(frozen=True, eq=False)
class Sound:
    """What the model made of one utterance."""

    audio: NDArray[np.float32]
    """One channel at 24 kHz, nominally from -1 to 1."""
    durations: tuple[int, ...] | None
    """Of the start, of each phoneme and of the end, in steps of equal length; None when the model does not tell."""


class VoiceModel(Protocol):
    """A loaded model. Used by one thread."""

    @property
    def vocabulary(self) -> dict[str, int]:
        """The phonemes it knows, with their numbers."""
        ...

    @property
    def runtime(self) -> str:
        """What computes it, and in which version."""
        ...

    @property
    def device(self) -> str:
        """Where: `cpu`, or the name of a graphics card."""
        ...

    def speak(self, ids: Sequence[int], style: NDArray[np.float32], speed: float) -> Sound:
        """Speaks phonemes.

        Args:
            ids: numbers of phonemes, at most 510.
            style: of the voice, 256 numbers.
            speed: 1 is the voice's own.

        Raises:
            MemoryShortError: a shorter utterance may do.
            UnusableError: this cannot be spoken.
        """
        ...
