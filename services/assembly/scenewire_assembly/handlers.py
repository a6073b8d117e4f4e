"""Footage in, segments out; the last segment of a project also yields its video. Deletions remove videos."""

from functools import partial

import structlog

from scenewire.artifacts.deletions import Deletions
from scenewire.bus import Bus
from scenewire.messages import FootageSourced, ProjectDeleted
from scenewire.topology import ASSEMBLY, ASSEMBLY_DELETIONS
from scenewire_assembly.failures import tried_again_after_stall
from scenewire_assembly.segment_collector import Collector
from scenewire_assembly.segment_stage import SegmentStage
from scenewire_assembly.video_stage import VideoStage

__all__ = ["register"]

log = structlog.get_logger(__name__)


def register(bus: Bus, segments: SegmentStage, videos: VideoStage, deletions: Deletions, *, loops: int = 1) -> None:
    """Subscribes assembly to scenes with footage, and to deletions.

    Args:
        bus: delivers and publishes the messages.
        segments: renders scenes.
        videos: makes videos of all their segments.
        deletions: removes the files of deleted projects.
        loops: scenes in flight at the same time.
    """
    collector = Collector(bus)

    @bus.subscribe(ASSEMBLY, loops=loops)
    async def assemble(sourced: FootageSourced) -> None:
        if sourced.brief.awaits_approval:
            await tried_again_after_stall(partial(segments.check_order, sourced))
            log.info("awaits_approval", revision=sourced.revision)
            return  # approval makes another revision, which finds narrations and footage stored
        await tried_again_after_stall(partial(make, sourced))

    async def make(sourced: FootageSourced) -> None:
        segment = await segments.render(sourced, bus.report)
        published = await bus.publish(segment)
        complete = await collector.complete(segment, published.seq)
        if complete is not None:
            video = await deletions.delivered(segment.project_id, videos.assemble(complete, bus.report))
            if video is not None:
                await bus.publish(video)

    @bus.subscribe(ASSEMBLY_DELETIONS)
    async def delete(deleted: ProjectDeleted) -> None:
        await deletions.delete(deleted)
