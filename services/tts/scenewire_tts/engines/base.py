"""What speaks: the interface of an engine, and what it hands over."""

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from scenewire.messages import Word

__all__ = ["SAMPLE_RATE", "Speech", "SpeechEngine"]

SAMPLE_RATE: Final = 24_000
"""Hertz. A frame of every output rate is a whole number of samples, and neural voices speak at this rate."""


@dataclass(frozen=True, eq=False)
class Speech:
    """Spoken text."""

    pcm: NDArray[np.int16]
    """One channel at `SAMPLE_RATE`."""
    words: tuple[Word, ...]
    """Of the whole text as `split_words` divides it, in order."""
    voice: str
    """Who spoke; as an order would name it."""


class SpeechEngine(Protocol):
    """Speaks one scene. The same text, language, voice and speed give the same samples."""

    @property
    def name(self) -> str:
        """Stands in `audio.rendered` as the one who spoke."""
        ...

    @property
    def version(self) -> str:
        """Whatever else decides how it sounds: another version means other samples."""
        ...

    async def speak(self, text: str, *, language: str, voice: str | None, speed: float = 1.0) -> Speech:
        """Speaks a text that `scenewire_tts.speech.spoken_text.clean` made.

        Args:
            text: with at least one letter or digit.
            language: a tag such as `en` or `pt-BR`; a region that the engine does not know is left out.
            voice: the engine's name of one; None takes the language's own.
            speed: against the engine's usual one: 1.1 takes about a tenth less time. From 0.5 to 2.

        Raises:
            PermanentError: `speech_failed`, when it has no such voice, language or speed or cannot read the text;
                `program_missing`, when it is not installed.
            TransientError: when a later try may succeed.
        """
        ...
