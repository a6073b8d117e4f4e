"""The interface of a model, inside its own process."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["ONNX_PROVIDER", "OutOfMemoryError", "Sound", "UnusableError", "VoiceModel", "first_line"]


ONNX_PROVIDER: Final = "CPUExecutionProvider"
"""What ONNX Runtime runs graphs on. PyTorch is the path to GPUs."""


class UnusableError(Exception):
    """The weights, a package or the device cannot be used; the message says what to do."""


class OutOfMemoryError(Exception):
    """There is not enough memory for an utterance of this length; a shorter one may fit."""


@dataclass(frozen=True, eq=False)
class Sound:
    """The speech of one utterance."""

    audio: NDArray[np.float32]
    """Mono, at `speech.sound.SAMPLE_RATE`, nominally from -1 to 1."""
    durations: tuple[int, ...] | None
    """Durations of the start, each phoneme and the end, in steps of 600 samples; None if the model does not report them."""


class VoiceModel(Protocol):
    """A loaded model. Used by one thread."""

    @property
    def vocabulary(self) -> dict[str, int]:
        """The known phonemes, with their ids."""
        ...

    @property
    def runtime(self) -> str:
        """Name and version of the runtime."""
        ...

    @property
    def device(self) -> str:
        """`cpu`, or the name of a GPU."""
        ...

    @property
    def has_durations(self) -> bool:
        """Whether sounds have durations, which make word times exact."""
        ...

    def speak(self, ids: Sequence[int], style: NDArray[np.float32], speed: float) -> Sound:
        """Speaks phonemes.

        Args:
            ids: ids of the phonemes, at most 510.
            style: the style of the voice, 256 numbers.
            speed: 1 is the voice's normal rate.

        Raises:
            OutOfMemoryError: a shorter utterance may fit.
            UnusableError: the phonemes cannot be spoken.
        """
        ...


def first_line(error: Exception) -> str:
    """Returns the first line of an error message, or the error's type."""
    return (str(error).strip() or type(error).__name__).splitlines()[0][:300]
