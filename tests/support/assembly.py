"""The two stages of assembly over one store, wired like the service."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from scenewire.artifacts.store import ArtifactStore
from scenewire.ffmpeg.executor import FfmpegExecutor
from scenewire.ffmpeg.fake import FakeFfmpegExecutor
from scenewire.ffmpeg.opening import open_executor
from scenewire_assembly.captions.fonts import Fonts
from scenewire_assembly.encoders.agreement import EncoderAgreement
from scenewire_assembly.encoders.selection import EncoderSelector
from scenewire_assembly.ffmpeg_job import FfmpegOnDemand
from scenewire_assembly.picture.encoder import Encoder
from scenewire_assembly.segment_stage import SegmentStage
from scenewire_assembly.sound.mix import Levels
from scenewire_assembly.sound.music import MusicCache
from scenewire_assembly.video_stage import VideoStage


@dataclass(frozen=True)
class AssemblyStages:
    segments: SegmentStage
    videos: VideoStage


async def open_no_ffmpeg() -> FfmpegExecutor:
    """For stages that must not run ffmpeg, on hosts that may have none: any run fails."""
    return FakeFfmpegExecutor([])


def assembly_stages(
    store: ArtifactStore,
    *,
    encoder: Encoder | None = None,
    levels: Levels | None = None,
    open_ffmpeg: Callable[[], Awaitable[FfmpegExecutor]] = open_executor,
    fonts: Fonts | None = None,
) -> AssemblyStages:
    ffmpeg = FfmpegOnDemand(open_ffmpeg)
    music = MusicCache(store, ffmpeg)
    encoders = EncoderAgreement(store, EncoderSelector(ffmpeg, "libx264", encoder))
    segments = SegmentStage(store, ffmpeg, music, encoders=encoders, fonts=fonts)
    return AssemblyStages(segments, VideoStage(store, ffmpeg, music, segments, levels=levels, fonts=fonts))
