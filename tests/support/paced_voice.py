"""The tts service with an engine that is as slow as a neural voice on a CPU.

`faststream run tests.support.paced_voice:create_app --factory`
"""

import asyncio

from faststream import FastStream
from typing_extensions import override

from scenewire_tts.app import create_app as create_tts_app
from scenewire_tts.engines.base import SpeechEngine
from scenewire_tts.engines.espeak.engine import EspeakEngine
from scenewire_tts.settings import TtsSettings
from scenewire_tts.speech.sound import Speech

REAL_TIME_FACTOR = 0.4
"""Seconds per second of speech, as measured with an 82 M parameter voice on one thread."""


class PacedVoice(SpeechEngine):
    name = "paced"
    version = "1"

    def __init__(self) -> None:
        self._voice = EspeakEngine()

    @override
    async def speak(self, text: str, *, language: str, voice: str | None, speed: float = 1.0) -> Speech:
        speech = await self._voice.speak(text, language=language, voice=voice, speed=speed)
        await asyncio.sleep(REAL_TIME_FACTOR * len(speech.pcm) / 24_000)
        return speech


def create_app() -> FastStream:
    return create_tts_app(TtsSettings(loops=1), engine=PacedVoice())
