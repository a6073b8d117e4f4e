"""The composition root of the script service."""

from faststream import FastStream

from services.script.handlers import register
from services.script.outline import OutlineWriter
from services.script.settings import ScriptSettings
from services.script.stage import ScriptStage
from services.script.writer import ScriptWriter
from shared.artifacts.store import open_store
from shared.bus import Bus

__all__ = ["create_app"]


def create_app(settings: ScriptSettings | None = None, *, writer: ScriptWriter | None = None) -> FastStream:
    """Builds the service.

    Args:
        settings: read from the environment when not given.
        writer: takes the place of the one that the settings name.
    """
    settings = settings or ScriptSettings()
    writers = {"outline": OutlineWriter}
    stage = ScriptStage(
        open_store(settings.artifacts_url),
        writer or writers[settings.provider](),
        words_per_second=settings.words_per_second,
    )
    bus = Bus("script", settings)
    register(bus, stage)
    return bus.app()
