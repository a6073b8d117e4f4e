"""The composition root of the assembly service."""

from functools import partial

from faststream import FastStream

from services.assembly.handlers import register
from services.assembly.render import Encoder
from services.assembly.settings import AssemblySettings
from services.assembly.sound import Levels
from services.assembly.stage import AssemblyStage
from shared.artifacts.store import open_store
from shared.artifacts.webapp import WebApp
from shared.bus import Bus
from shared.media.observable import open_executor

__all__ = ["create_app"]


def create_app(settings: AssemblySettings | None = None) -> FastStream:
    """Builds the service.

    Args:
        settings: read from the environment when not given.
    """
    settings = settings or AssemblySettings()
    stage = AssemblyStage(
        open_store(settings.artifacts_url),
        encoder=Encoder(preset=settings.preset, crf=settings.crf, threads=settings.threads),
        levels=Levels(target_lufs=settings.target_lufs, peak=settings.peak),
        open_ffmpeg=partial(
            open_executor,
            settings.ffmpeg,
            timeout=settings.ffmpeg_timeout.total_seconds(),
            record_dir=settings.record_dir,
        ),
        webapp=WebApp(settings.webapp_dir) if settings.webapp_dir else None,
        fonts=settings.fonts_dir,
    )
    bus = Bus("assembly", settings)
    bus.on_start(stage.prepare)
    register(bus, stage, loops=settings.loops)
    return bus.app()
