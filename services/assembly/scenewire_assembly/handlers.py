"""Footage in, segments out; the last segment of a project also yields its video."""

import structlog

from scenewire.bus import Bus
from scenewire.messages import FootageSourced
from scenewire.topology import ASSEMBLY
from scenewire_assembly.segment_collector import Collector
from scenewire_assembly.segment_stage import SegmentStage
from scenewire_assembly.video_stage import VideoStage

__all__ = ["register"]

log = structlog.get_logger(__name__)


def register(bus: Bus, segments: SegmentStage, videos: VideoStage, *, loops: int = 1) -> None:
    """Subscribes assembly to scenes with footage.

    Args:
        bus: delivers and publishes the messages.
        segments: renders scenes.
        videos: makes videos of all their segments.
        loops: scenes in flight at the same time.
    """
    collector = Collector(bus)

    @bus.subscribe(ASSEMBLY, loops=loops)
    async def assemble(sourced: FootageSourced) -> None:
        if sourced.brief.awaits_approval:
            await segments.check_order(sourced)
            log.info("awaits_approval", revision=sourced.revision)
            return  # approval makes another revision, which finds narrations and footage stored
        segment = await segments.render(sourced, bus.report)
        published = await bus.publish(segment)
        complete = await collector.complete(segment, published.seq)
        if complete is not None:
            await bus.publish(await videos.assemble(complete, bus.report))
