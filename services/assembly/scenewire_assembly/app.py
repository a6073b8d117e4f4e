"""Composition root of the assembly service."""

from functools import partial

from faststream import FastStream

from scenewire.artifacts.deletions import Deletions
from scenewire.artifacts.opening import open_store
from scenewire.artifacts.webapp_export import WebApp
from scenewire.bus import Bus
from scenewire.ffmpeg.opening import open_executor
from scenewire.topology import ASSEMBLY_DELETIONS, encoder_subject
from scenewire_assembly.captions.fonts import installed_fonts
from scenewire_assembly.encoders.agreement import EncoderAgreement
from scenewire_assembly.encoders.selection import EncoderSelector
from scenewire_assembly.ffmpeg_job import FfmpegOnDemand
from scenewire_assembly.handlers import offer_encoders, register
from scenewire_assembly.segment_stage import SegmentStage
from scenewire_assembly.settings import AssemblySettings
from scenewire_assembly.sound.mix import Levels
from scenewire_assembly.sound.music import MusicCache
from scenewire_assembly.video_stage import VideoStage

__all__ = ["create_app"]


def create_app(settings: AssemblySettings | None = None) -> FastStream:
    """Builds the service.

    Args:
        settings: read from the environment if None.
    """
    settings = settings or AssemblySettings()
    store = open_store(settings.artifacts_url)
    ffmpeg = FfmpegOnDemand(
        partial(
            open_executor,
            settings.ffmpeg,
            timeout_s=settings.ffmpeg_timeout.total_seconds(),
            stall_timeout_s=settings.stall_timeout.total_seconds(),
            record_dir=settings.record_dir,
        )
    )
    music = MusicCache(store, ffmpeg)
    selector = EncoderSelector(ffmpeg, settings.encoder, settings.encoding)
    bus = Bus("assembly", settings)
    encoders = EncoderAgreement(
        store,
        selector,
        offered=None if settings.is_alone else lambda name: bus.is_answered(encoder_subject(name)),
        wait_s=settings.encoder_wait.total_seconds(),
    )
    fonts = installed_fonts(*settings.font_folders)
    segments = SegmentStage(store, ffmpeg, music, encoders=encoders, fonts=fonts, typefaces=settings.typefaces_dir)
    webapp = WebApp(settings.webapp_dir) if settings.webapp_dir else None
    videos = VideoStage(
        store,
        ffmpeg,
        music,
        segments,
        levels=Levels(target_lufs=settings.target_lufs, peak=settings.peak),
        fonts=fonts,
        typefaces=settings.typefaces_dir,
        webapp=webapp,
    )
    bus.on_start(ffmpeg.prepare)
    bus.on_start(partial(offer_encoders, bus, selector))
    bus.require("encoder", selector.check)
    register(bus, segments, videos, Deletions(store, webapp), loops=settings.loops)
    bus.export_backlog(ASSEMBLY_DELETIONS)
    return bus.app()
