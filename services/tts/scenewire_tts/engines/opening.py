"""Opens the engine that the settings select; every part of the service that speaks or asks about voices opens it here."""

from scenewire_tts.engines.automatic import AutomaticEngine, SubstituteEngine
from scenewire_tts.engines.base import SpeechEngine
from scenewire_tts.engines.espeak.engine import EspeakEngine
from scenewire_tts.engines.kokoro.engine import open_kokoro
from scenewire_tts.engines.openai_compatible.client import SpeechServer
from scenewire_tts.engines.openai_compatible.engine import OpenAICompatibleEngine
from scenewire_tts.engines.selection import EngineSelection
from scenewire_tts.settings import TtsSettings

__all__ = ["open_engine"]


def open_engine(settings: TtsSettings, selection: EngineSelection) -> SpeechEngine:
    """Returns the selected engine; one with a `start` is not started yet.

    Raises:
        PermanentError: `invalid_settings`, the key of the speech server cannot be a key.
    """
    if selection.engine == "openai-compatible":
        access = settings.model_access()
        server = SpeechServer(
            base_url=access.url,
            model=access.model,
            key=access.key,
            timeout=access.timeout,
            price_per_million_characters=settings.price_per_million_characters,
        )
        return OpenAICompatibleEngine(server)
    espeak = EspeakEngine(words_per_minute=settings.words_per_minute)
    if selection.engine == "espeak" or selection.weights is None:
        return SubstituteEngine(espeak, selection.note) if selection.note else espeak
    kokoro = open_kokoro(selection.engine, selection.weights, device=settings.device, threads=settings.threads)
    return AutomaticEngine(kokoro, espeak) if selection.is_automatic else kokoro
