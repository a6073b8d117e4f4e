"""Silence that lasts as long as a text takes to read. Pure."""

from typing import Final

import numpy as np

from scenewire.messages import NO_VOICE
from scenewire.text.reading import reading_seconds
from scenewire_tts.speech.pace import Pace
from scenewire_tts.speech.sound import SAMPLE_RATE, Speech
from scenewire_tts.speech.word_timing import time_words

__all__ = ["make_silence"]

_MAX_S: Final = 900.0
"""Of a scene: a quarter of an hour, as for speech."""


def make_silence(text: str, language: str, pace: Pace, *, wanted: float | None = None) -> Speech:
    """Returns silence with the times at which each word of a text is read.

    Args:
        text: a text returned by `scenewire_tts.speech.spoken_text.clean`.
        language: its tag.
        pace: how fast it is read, and the pause after it.
        wanted: seconds that reading and pause last together; None: as long as it takes.
    """
    seconds = reading_seconds(text, language) / pace.speed + pace.pause if wanted is None else wanted
    seconds = min(seconds, _MAX_S)
    samples = max(1, round(seconds * SAMPLE_RATE))
    read = round(max(seconds - pace.pause, seconds / 2) * SAMPLE_RATE)
    return Speech(np.zeros(samples, np.int16), time_words(text, [], read), NO_VOICE)
