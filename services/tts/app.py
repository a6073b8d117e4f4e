"""The composition root of the tts service."""

from faststream import FastStream

from services.tts.engine import SpeechEngine
from services.tts.espeak_engine import EspeakEngine
from services.tts.handlers import register
from services.tts.settings import TtsSettings
from services.tts.stage import NarrationStage
from shared.artifacts.store import open_store
from shared.artifacts.webapp import WebApp
from shared.bus import Bus

__all__ = ["create_app"]


def create_app(settings: TtsSettings | None = None, *, engine: SpeechEngine | None = None) -> FastStream:
    """Builds the service.

    Args:
        settings: read from the environment when not given.
        engine: takes the place of the one that the settings name.
    """
    settings = settings or TtsSettings()
    stage = NarrationStage(
        open_store(settings.artifacts_url),
        engine or _engine(settings),
        voice=settings.voice,
        speed=settings.speed,
        scene_pause=settings.scene_pause,
        webapp=WebApp(settings.webapp_dir) if settings.webapp_dir else None,
    )
    bus = Bus("tts", settings)
    register(bus, stage, loops=settings.loops)
    return bus.app()


def _engine(settings: TtsSettings) -> SpeechEngine:
    match settings.engine:
        case "espeak":
            return EspeakEngine(words_per_minute=settings.words_per_minute)
