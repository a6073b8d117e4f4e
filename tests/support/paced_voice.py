"""The tts service with a voice that takes as long as a neural one on a processor: for tests of what happens meanwhile.

`faststream run tests.support.paced_voice:create_app --factory`
"""

import asyncio

from faststream import FastStream

from scenewire_tts.app import create_app as create_tts_app
from scenewire_tts.engines.base import Speech
from scenewire_tts.engines.espeak.engine import EspeakEngine
from scenewire_tts.settings import TtsSettings

REAL_TIME_FACTOR = 0.4
"""What an 82 M parameter voice was measured to take on one thread, seconds per second of speech."""


class PacedVoice:
    name = "paced"

    def __init__(self) -> None:
        self._voice = EspeakEngine()
        self.version = self._voice.version

    async def speak(self, text: str, *, language: str, voice: str | None, speed: float = 1.0) -> Speech:
        speech = await self._voice.speak(text, language=language, voice=voice, speed=speed)
        await asyncio.sleep(REAL_TIME_FACTOR * len(speech.pcm) / 24_000)
        return speech


def create_app() -> FastStream:
    return create_tts_app(TtsSettings(loops=1), engine=PacedVoice())
