"""A speech engine for tests of duration: every word lasts equally long, and the speed is exact."""

import asyncio

import numpy as np
from typing_extensions import override

from scenewire_tts.engines.base import SpeechEngine
from scenewire_tts.speech.sound import SAMPLE_RATE, Speech
from scenewire_tts.speech.spoken_text import split_words
from scenewire_tts.speech.word_timing import time_words


class Metronome(SpeechEngine):
    """
    Args:
        words_per_second: at speed 1.
    """

    name = "metronome"
    version = ""

    def __init__(self, words_per_second: float) -> None:
        self.version = f"at {words_per_second}"
        self.speeds: list[float] = []
        self._words_per_second = words_per_second

    @override
    async def speak(self, text: str, *, language: str, voice: str | None, speed: float = 1.0) -> Speech:
        await asyncio.sleep(0)
        self.speeds.append(speed)
        samples = round(len(split_words(text)) / self._words_per_second / speed * SAMPLE_RATE)
        return Speech(np.full(samples, 3_000, np.int16), time_words(text, [], samples), voice or "metronome")
