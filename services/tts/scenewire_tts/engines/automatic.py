"""Two engines as one: a natural voice for the languages that it has, and espeak for all others, with a note."""

import re
from dataclasses import replace
from typing import Final

from typing_extensions import override

from scenewire.errors import PermanentError
from scenewire.text.writings import language_name
from scenewire_tts.engines.base import SpeechEngine
from scenewire_tts.engines.kokoro.engine import KokoroEngine
from scenewire_tts.speech.sound import Speech

__all__ = ["AutomaticEngine", "SubstituteEngine", "is_natural"]

_NATURAL_NAME: Final = re.compile(r"[a-z][fm]_")
"""How the names of published natural voices begin; espeak's have no underscore."""


def is_natural(voice: str) -> bool:
    """Whether an ordered voice is a published natural one, or a mixture with one, by its name."""
    return any(_NATURAL_NAME.match(part.strip()) for part in voice.split(","))


class SubstituteEngine(SpeechEngine):
    """An engine that speaks in place of another one, and notes it.

    Args:
        engine: the engine.
        note: what people should know about it.
        ignores_voice: whether an ordered voice is the other engine's, so that the language's default voice speaks.
    """

    def __init__(self, engine: SpeechEngine, note: str, *, ignores_voice: bool = False) -> None:
        self._engine = engine
        self.note: Final = note
        self.ignores_voice: Final = ignores_voice

    @property
    @override
    def name(self) -> str:
        return self._engine.name

    @property
    @override
    def version(self) -> str:
        return f"{self._engine.version}, {self.note}"  # a narration without the note is another one

    @property
    @override
    def device(self) -> str:
        return self._engine.device

    @override
    def speed_for(self, rate: float) -> float:
        return self._engine.speed_for(rate)

    @override
    def voice_version(self, language: str, voice: str | None) -> str:
        return self._engine.voice_version(language, None if self.ignores_voice else voice)

    @override
    async def speak(self, text: str, *, language: str, voice: str | None, speed: float = 1.0) -> Speech:
        voice = None if self.ignores_voice else voice
        speech = await self._engine.speak(text, language=language, voice=voice, speed=speed)
        return replace(speech, notes=(*speech.notes, self.note))


class AutomaticEngine(SpeechEngine):
    """See the module.

    Args:
        natural: the natural voice.
        other: speaks the languages that the natural voice lacks.
    """

    def __init__(self, natural: KokoroEngine, other: SpeechEngine) -> None:
        self._natural = natural
        self._other = other

    @property
    @override
    def name(self) -> str:
        return self._natural.name

    @property
    @override
    def version(self) -> str:
        return self._natural.version

    @property
    @override
    def device(self) -> str:
        return self._natural.device

    @override
    def voice_version(self, language: str, voice: str | None) -> str:
        return self.for_order(language, voice).voice_version(language, voice)

    async def start(self) -> None:
        """Loads the natural voice; see `KokoroEngine.start`."""
        await self._natural.start()

    async def aclose(self) -> None:
        """Ends the process of the natural voice."""
        await self._natural.aclose()

    @override
    def for_order(self, language: str, voice: str | None) -> SpeechEngine:
        if voice is not None and not self._has(voice):
            return self._other
        try:
            self._natural.select_voice(language, None)
        except PermanentError as error:
            dropped = f" with its default voice instead of {voice}" if voice else ""
            note = f"{self._other.name} speaks {language_name(language)}{dropped}, because {error.message}."
            return SubstituteEngine(self._other, note, ignores_voice=voice is not None)
        return self._natural

    @override
    async def speak(self, text: str, *, language: str, voice: str | None, speed: float = 1.0) -> Speech:
        engine = self.for_order(language, voice)
        return await engine.speak(text, language=language, voice=voice, speed=speed)

    def _has(self, voice: str) -> bool:
        """Whether a voice, or a part of a mixture, is a natural one, even one that is not installed."""
        names = {part.partition(":")[0].strip() for part in voice.split(",")}
        return is_natural(voice) or not names.isdisjoint(self._natural.voices)
