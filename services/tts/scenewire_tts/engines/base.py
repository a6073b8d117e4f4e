"""The interface of a speech engine."""

from typing import Protocol

from scenewire_tts.speech.sound import Speech

__all__ = ["SpeechEngine"]


class SpeechEngine(Protocol):
    """Speaks one scene. Deterministic: the same text, language, voice and speed give the same samples."""

    @property
    def name(self) -> str:
        """Name of the engine in `audio.rendered`."""
        ...

    @property
    def version(self) -> str:
        """Everything else that affects the samples of all voices; part of the cache key."""
        ...

    @property
    def device(self) -> str:
        """What it runs on: `cpu`, the name of a GPU, or nothing if it runs elsewhere. Known once it is started."""
        return "cpu"

    def speed_for(self, rate: float) -> float:
        """Returns the factor of the speed that changes the rate of the speech by a factor, from 0.85 to 1.15."""
        return rate

    def voice_version(self, language: str, voice: str | None) -> str:  # noqa: ARG002 - for engines whose voices are files
        """Returns what else affects the samples of one voice; part of the cache key.

        Args:
            language: as in `speak`.
            voice: as in `speak`.

        Raises:
            PermanentError: `speech_failed`, the engine has no such voice or language.
        """
        return ""

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

    def price(self, characters: int) -> float | None:  # noqa: ARG002 - for engines that charge
        """Returns what it costs to speak some characters, in the currency of the configured prices; None if it is unknown."""
        return 0.0

    def for_order(self, language: str, voice: str | None) -> "SpeechEngine":  # noqa: ARG002 - for engines that choose
        """Returns the engine that speaks an order: this one, unless it stands for several.

        Args:
            language: of the order.
            voice: of the order; None is the language's default voice.
        """
        return self
