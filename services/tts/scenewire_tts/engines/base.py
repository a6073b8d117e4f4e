"""The interface of a speech engine."""

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from scenewire.messages import Word

__all__ = ["SAMPLE_RATE", "Speech", "SpeechEngine"]

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


class SpeechEngine(Protocol):
    """Speaks one scene. Deterministic: the same text, language, voice and speed give the same samples."""

    @property
    def name(self) -> str:
        """Name of the engine in `audio.rendered`."""
        ...

    @property
    def version(self) -> str:
        """Everything else that affects the samples; part of the cache key."""
        ...

    async def speak(self, text: str, *, language: str, voice: str | None, speed: float = 1.0) -> Speech:
        """Speaks a text returned by `scenewire_tts.speech.spoken_text.clean`.

        Args:
            text: contains at least one letter or digit.
            language: a tag such as `en` or `pt-BR`; regions that the engine does not know are ignored.
            voice: the engine's name of the voice; None uses the language's default voice.
            speed: relative to the engine's normal rate, from 0.5 to 2; 1.1 takes about a tenth less time.

        Raises:
            PermanentError: `speech_failed`, the engine has no such voice, language or speed, or cannot read the text;
                `program_missing`, the engine is not installed.
            TransientError: a retry may succeed.
        """
        ...
