"""The voices that are installed here, and whether an engine has the voice of an order."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from pydantic import ValidationError

from scenewire.errors import FailureCode, PermanentError
from scenewire_tts.engines.espeak.engine import run_espeak
from scenewire_tts.engines.kokoro.phonemes import DIALECTS
from scenewire_tts.engines.selection import EngineName, EngineSelection, select_engine
from scenewire_tts.settings import TtsSettings

__all__ = ["InstalledVoice", "check_voice", "list_voices"]

_MAX_SIMILAR: Final = 3


@dataclass(frozen=True)
class InstalledVoice:
    """A voice that an order may name.

    Attributes:
        name: as in orders.
        label: for people.
        languages: tags that it speaks, the best one first.
        is_default: whether an order in its language or dialect gets it without naming a voice.
    """

    name: str
    label: str
    languages: tuple[str, ...]
    engine: EngineName
    is_default: bool

    def speaks(self, language: str) -> bool:
        """Whether the voice is one for a language tag; regions that only one of the two has are ignored."""
        tag = language.casefold()
        return any(
            known == tag or known.startswith(f"{tag}-") or tag.startswith(f"{known}-") for known in self.languages
        )


async def list_voices(language: str | None = None) -> list[InstalledVoice]:
    """Returns the voices of every engine that could be used, those of the selected engine first.

    Args:
        language: a tag; only voices for it, or for regions of it.

    Raises:
        PermanentError: `invalid_settings` or `program_missing`, no engine can be used.
    """
    settings = TtsSettings(artifacts_url=os.environ.get("ARTIFACTS_URL", "file:///"))
    selection = select_engine(settings.engine, settings.weights, device=settings.device)
    voices = [*_kokoro_voices(settings, selection), *await _espeak_voices(settings, selection)]
    voices.sort(key=lambda voice: voice.engine != selection.engine)
    return [voice for voice in voices if language is None or voice.speaks(language)]


async def check_voice(language: str, voice: str | None) -> None:
    """Checks that the engine that would speak here has a voice for an order.

    Args:
        language: of the order.
        voice: of the order; None is the language's default voice.

    Raises:
        PermanentError: `speech_failed`, there is none, with similar names; or no engine can be used.
    """
    try:
        settings = TtsSettings(artifacts_url=os.environ.get("ARTIFACTS_URL", "file:///"))
    except ValidationError:
        return  # the start of the service names the variable
    selection = select_engine(settings.engine, settings.weights, device=settings.device)
    wanted = voice or settings.voice
    try:
        await _try_voice(settings, selection, language, wanted)
    except PermanentError as error:
        if error.code is not FailureCode.SPEECH_FAILED:
            raise
        raise PermanentError(error.code, error.message, hint=await _hint(selection, language, wanted)) from error


async def _try_voice(settings: TtsSettings, selection: EngineSelection, language: str, voice: str | None) -> None:
    if selection.engine == "espeak" or settings.weights is None:
        await run_espeak({"text": "", "language": language, "voice": voice, "words_per_minute": 150})
        return
    from scenewire_tts.engines.kokoro.engine import open_kokoro  # noqa: PLC0415 - loads a resampler

    open_kokoro(selection.engine, settings.weights).select_voice(language, voice)


async def _hint(selection: EngineSelection, language: str, voice: str | None) -> str:
    voices = [installed for installed in await list_voices(language) if installed.engine == selection.engine]
    if voice is None or not voices:
        return "`scenewire languages` lists the languages with a voice"
    names = {installed.name.casefold(): installed.name for installed in voices}
    similar = [names[name] for name in get_close_matches(voice.casefold(), names, _MAX_SIMILAR)]
    start = f"similar names: {', '.join(similar)}; " if similar else ""
    return f"{start}`scenewire voices --language {language}` lists the voices for {language}"


async def _espeak_voices(settings: TtsSettings, selection: EngineSelection) -> list[InstalledVoice]:
    if selection.missing.get("espeak"):
        return []
    is_selected = selection.engine == "espeak"
    return [
        InstalledVoice(
            name=voice["name"],
            label=voice["label"],
            languages=tuple(voice["languages"]),
            engine="espeak",
            is_default=is_selected and (voice["name"] == settings.voice if settings.voice else voice["is_default"]),
        )
        for voice in (await run_espeak({"list": True})).header["voices"]
    ]


def _kokoro_voices(settings: TtsSettings, selection: EngineSelection) -> Iterator[InstalledVoice]:
    engines: tuple[EngineName, ...] = ("kokoro", "kokoro-onnx")
    usable = [engine for engine in engines if not selection.missing.get(engine)]
    if settings.weights is None or not usable:
        return
    from scenewire_tts.engines.kokoro.engine import open_kokoro  # noqa: PLC0415 - loads a resampler

    engine = selection.engine if selection.engine in usable else usable[0]
    opened = open_kokoro(engine, settings.weights)
    for name in opened.voices:
        if (dialect := DIALECTS.get(name[0])) is not None:
            default = settings.voice or opened.select_voice(dialect.espeak, None)[1][0][0]
            yield InstalledVoice(
                name=name,
                label=name,
                languages=(dialect.espeak,),
                engine=engine,
                is_default=engine == selection.engine and name == default,
            )
