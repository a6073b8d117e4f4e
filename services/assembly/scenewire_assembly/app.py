"""The composition root of the assembly service."""

from functools import partial
from typing import Final

from faststream import FastStream

from scenewire.artifacts.opening import open_store
from scenewire.artifacts.webapp_export import WebApp
from scenewire.bus import Bus
from scenewire.ffmpeg.opening import open_executor
from scenewire.processors import usable_processors
from scenewire_assembly.handlers import register
from scenewire_assembly.picture.segment_command import Encoder
from scenewire_assembly.segment_stage import AssemblyStage
from scenewire_assembly.settings import AssemblySettings
from scenewire_assembly.sound.mix import Levels

__all__ = ["create_app"]

_MAX_THREADS: Final = 64
"""Of x264, whose memory grows with them."""


def create_app(settings: AssemblySettings | None = None) -> FastStream:
    """Builds the service.

    Args:
        settings: read from the environment when not given.
    """
    settings = settings or AssemblySettings()
    stage = AssemblyStage(
        open_store(settings.artifacts_url),
        encoder=Encoder(
            preset=settings.preset, crf=settings.crf, threads=settings.threads or min(_MAX_THREADS, usable_processors())
        ),
        levels=Levels(target_lufs=settings.target_lufs, peak=settings.peak),
        open_ffmpeg=partial(
            open_executor,
            settings.ffmpeg,
            timeout_s=settings.ffmpeg_timeout.total_seconds(),
            record_dir=settings.record_dir,
        ),
        webapp=WebApp(settings.webapp_dir) if settings.webapp_dir else None,
        fonts=settings.fonts_dir,
    )
    bus = Bus("assembly", settings)
    bus.on_start(stage.prepare)
    register(bus, stage, loops=settings.loops)
    return bus.app()
