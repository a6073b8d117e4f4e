"""Composition root of the tts service."""

from functools import partial

from faststream import FastStream

from scenewire.artifacts.opening import open_store
from scenewire.artifacts.webapp_export import WebApp
from scenewire.bus import Bus
from scenewire.observability.in_use import show_in_use
from scenewire_tts.engines.automatic import AutomaticEngine
from scenewire_tts.engines.base import SpeechEngine
from scenewire_tts.engines.kokoro.engine import KokoroEngine
from scenewire_tts.engines.openai_compatible.engine import OpenAICompatibleEngine
from scenewire_tts.engines.opening import open_engine
from scenewire_tts.engines.selection import select_engine
from scenewire_tts.handlers import register
from scenewire_tts.settings import TtsSettings
from scenewire_tts.stage import NarrationStage
from scenewire_tts.voice_requests import VoiceRequests

__all__ = ["create_app"]


def create_app(settings: TtsSettings | None = None, *, engine: SpeechEngine | None = None) -> FastStream:
    """Builds the service.

    Args:
        settings: default to the environment.
        engine: replaces the engine from the settings.
    """
    settings = settings or TtsSettings()
    selection = select_engine(settings)
    engine = engine or open_engine(settings, selection)
    stage = NarrationStage(
        open_store(settings.artifacts_url),
        engine,
        voice=settings.voice,
        speed=settings.speed,
        scene_pause=settings.scene_pause,
        webapp=WebApp(settings.webapp_dir) if settings.webapp_dir else None,
    )
    bus = Bus("tts", settings)
    register(bus, stage, VoiceRequests(settings, selection, stage), loops=settings.loops)
    if isinstance(engine, (AutomaticEngine, KokoroEngine)):
        bus.on_start(engine.start)
        bus.on_stop(engine.aclose)
    if isinstance(engine, OpenAICompatibleEngine):
        bus.on_stop(engine.aclose)
    bus.on_start(partial(_announce, bus, engine))
    return bus.app()


async def _announce(bus: Bus, engine: SpeechEngine) -> None:
    """Logs and shows the engine and what it runs on, once it is started."""
    bus.announce(engine=engine.name, device=engine.device)
    show_in_use("speech", engine.name, engine.device)
