"""The voices that are installed here, and whether an engine has the voice of an order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import NO_VOICE
from scenewire_tts.engines.automatic import SubstituteEngine, is_natural
from scenewire_tts.engines.base import SpeechEngine
from scenewire_tts.engines.espeak.engine import run_espeak
from scenewire_tts.engines.kokoro.engine import KokoroEngine, open_kokoro
from scenewire_tts.engines.kokoro.phonemes import DIALECTS
from scenewire_tts.engines.kokoro.voices import similar_names
from scenewire_tts.engines.openai_compatible.engine import OpenAICompatibleEngine
from scenewire_tts.engines.opening import open_engine
from scenewire_tts.engines.selection import NEURAL_ENGINES, EngineName, EngineSelection, select_engine
from scenewire_tts.settings import TtsSettings, read_settings

__all__ = ["InstalledVoice", "check_voice", "installed_voices", "list_voices"]


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


async def list_voices(language: str | None = None, *, data: Path | None = None) -> list[InstalledVoice]:
    """Returns the voices of every engine that could be used, those of the selected engine first.

    Args:
        language: a tag; only voices for it, or for regions of it.
        data: the data folder; None takes the one of the environment.

    Raises:
        PermanentError: `invalid_settings` or `program_missing`, no engine can be used.
        ValidationError: a setting is invalid.
    """
    settings = read_settings(data)
    voices = await installed_voices(settings, select_engine(settings))
    return [voice for voice in voices if language is None or voice.speaks(language)]


async def installed_voices(settings: TtsSettings, selection: EngineSelection) -> list[InstalledVoice]:
    """Returns the voices of every engine that could be used, those of the selected engine first."""
    natural = list(_kokoro_voices(settings, selection))
    voices = [*natural, *await _espeak_voices(settings, selection, natural)]
    voices.sort(key=lambda voice: voice.engine != selection.engine)
    return voices


async def check_voice(language: str, voice: str | None, *, data: Path | None = None) -> str:
    """Checks that the engine that would speak here has a voice for an order.

    Returns a note if another engine or voice would speak than people may expect, or an empty text.

    Args:
        language: of the order.
        voice: of the order; None is the language's default voice, and `none` needs no engine.
        data: the data folder; None takes the one of the environment.

    Raises:
        PermanentError: `speech_failed`, there is none, with similar names; or no engine can be used.
    """
    try:
        settings = read_settings(data)
    except ValidationError:
        return ""  # the start of the service names the variable
    wanted = voice or settings.voice
    if wanted == NO_VOICE:
        return ""
    selection = select_engine(settings)
    engine = open_engine(settings, selection).for_order(language, wanted)
    try:
        await _try_voice(engine, language, wanted)
    except PermanentError as error:
        if error.code is not FailureCode.SPEECH_FAILED:
            raise
        raise PermanentError(error.code, error.message, hint=await _hint(selection, language, wanted, data)) from error
    return engine.note if isinstance(engine, SubstituteEngine) else ""


async def _hint(selection: EngineSelection, language: str, voice: str | None, data: Path | None) -> str:
    voices = [
        installed
        for installed in await list_voices(language, data=data)
        if selection.is_automatic or installed.engine == selection.engine
    ]
    if voice is not None and is_natural(voice) and selection.engine == "espeak":
        return f"{voice} is a natural voice; {selection.hint or 'unset TTS_ENGINE to use it'}"
    if voice is None or not voices:
        return "`scenewire languages` lists the languages with a voice"
    similar = similar_names(voice, [installed.name for installed in voices])
    return f"{similar}`scenewire voices --language {language}` lists the voices for {language}"


async def _try_voice(engine: SpeechEngine, language: str, voice: str | None) -> None:
    if isinstance(engine, KokoroEngine):
        engine.select_voice(language, voice)
        return
    if isinstance(engine, OpenAICompatibleEngine):
        return  # only the server knows its voices, and the interface has no list of them
    if isinstance(engine, SubstituteEngine) and engine.ignores_voice:
        voice = None
    await run_espeak({"text": "", "language": language, "voice": voice, "words_per_minute": 150})


async def _espeak_voices(
    settings: TtsSettings, selection: EngineSelection, natural: Sequence[InstalledVoice]
) -> list[InstalledVoice]:
    if selection.missing.get("espeak"):
        return []
    listed = (await run_espeak({"list": True})).header["voices"]
    speaks = selection.engine == "espeak" or selection.is_automatic
    is_ours = selection.engine == "espeak" or any(voice["name"] == settings.voice for voice in listed)
    wanted = settings.voice if is_ours else None
    covered = natural if selection.engine != "espeak" else ()
    return [
        InstalledVoice(
            name=voice["name"],
            label=voice["label"],
            languages=tuple(voice["languages"]),
            engine="espeak",
            is_default=speaks
            and (voice["name"] == wanted if wanted else voice["is_default"])
            and not any(other.speaks(tag) for other in covered for tag in voice["languages"]),
        )
        for voice in listed
    ]


def _kokoro_voices(settings: TtsSettings, selection: EngineSelection) -> Iterator[InstalledVoice]:
    usable = [engine for engine in NEURAL_ENGINES if not selection.missing.get(engine)]
    if selection.weights is None or not usable:
        return
    engine = selection.engine if selection.engine in usable else usable[0]
    opened = open_kokoro(engine, selection.weights)
    defaults = {dialect.espeak: _default_voice(opened, dialect.espeak) for dialect in DIALECTS.values()}
    for name in opened.voices:
        own = DIALECTS[name[0]].espeak if name[0] in DIALECTS else None
        speaks = [tag for tag, default in defaults.items() if default and (tag == own or default == name)]
        is_default = name == settings.voice if settings.voice else name in defaults.values()
        if speaks:
            yield InstalledVoice(
                name=name,
                label=name,
                languages=tuple(speaks),
                engine=engine,
                is_default=engine == selection.engine and is_default,
            )


def _default_voice(engine: KokoroEngine, language: str) -> str | None:
    try:
        return engine.select_voice(language, None)[1][0][0]
    except PermanentError:
        return None  # no voice speaks it
