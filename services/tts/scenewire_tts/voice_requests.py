"""Answers requests for the list of voices, and for samples of them."""

from pydantic import Field

from scenewire.messages import DEFAULT_LANGUAGE, ArtifactRef
from scenewire.messages.base import Name, WireModel
from scenewire.text.voice_names import voice_language
from scenewire_tts.engines.selection import EngineName, EngineSelection
from scenewire_tts.settings import TtsSettings
from scenewire_tts.stage import NarrationStage
from scenewire_tts.voices import installed_voices

__all__ = ["OfferedVoice", "Sample", "SampleRequest", "VoiceRequests", "Voices"]


class OfferedVoice(WireModel):
    """A voice that an order may name."""

    name: str
    label: str = Field(description="For people.")
    language: str = Field(description="The tag of the language that it speaks best.")
    languages: tuple[str, ...] = Field(description="All tags that it speaks, the best one first.")
    engine: EngineName
    is_default: bool = Field(description="Whether orders in its language that name no voice get it.")


class Voices(WireModel):
    """The answer to `voices.list`."""

    engine: EngineName
    default: str | None = Field(description="Voice of orders without one; null: the default voice of each language.")
    voices: tuple[OfferedVoice, ...]
    languages: tuple[str, ...] = Field(description="Tags of languages that a voice speaks.")


class SampleRequest(WireModel):
    """The body of `voices.sample`."""

    voice: Name | None = Field(default=None, description="None is the one that an order without a voice gets.")
    language: str | None = Field(
        default=None,
        max_length=35,
        pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$",
        description="Tag of the language that it speaks; None takes the one that its name tells.",
    )


class Sample(WireModel):
    """The answer to `voices.sample`: a spoken sentence, WAV."""

    file: ArtifactRef
    voice: str
    engine: str
    seconds: float
    notes: tuple[str, ...]


class VoiceRequests:
    """Answers with what this service can speak.

    Args:
        settings: of the service.
        selection: the engine that the service speaks with.
        stage: speaks and stores the samples.
    """

    def __init__(self, settings: TtsSettings, selection: EngineSelection, stage: NarrationStage) -> None:
        self._settings = settings
        self._selection = selection
        self._stage = stage

    async def list_voices(self) -> Voices:
        """Returns the voices of every engine that can be used."""
        voices = tuple(
            OfferedVoice(
                name=voice.name,
                label=voice.label,
                language=voice.languages[0],
                languages=voice.languages,
                engine=voice.engine,
                is_default=voice.is_default,
            )
            for voice in await installed_voices(self._settings, self._selection)
        )
        return Voices(
            engine=self._selection.engine,
            default=self._settings.voice,
            voices=voices,
            languages=tuple(sorted({voice.language for voice in voices})),
        )

    async def speak_sample(self, request: SampleRequest) -> Sample:
        """Returns a sentence that a voice speaks; the stored one if it was asked for before.

        Raises:
            PermanentError: `speech_failed`, there is no such voice.
            TransientError: the engine or the store is unavailable.
        """
        language = request.language or voice_language(request.voice or self._settings.voice or "") or DEFAULT_LANGUAGE
        narration = await self._stage.sample(language, request.voice)
        return Sample(
            file=narration.audio,
            voice=narration.voice,
            engine=narration.engine,
            seconds=narration.samples / narration.sample_rate,
            notes=narration.notes,
        )
