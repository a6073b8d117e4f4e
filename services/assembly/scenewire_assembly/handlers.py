"""Footage in, segments out; the last segment of a project also yields its video. Deletions remove videos."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import structlog

from scenewire.artifacts.deletions import Deletions
from scenewire.bus import Bus
from scenewire.errors import PermanentError
from scenewire.messages import FootageSourced, ProjectDeleted, SceneMessage
from scenewire.topology import ASSEMBLY, ASSEMBLY_DELETIONS, encoder_subject
from scenewire_assembly.encoders.selection import EncoderSelector
from scenewire_assembly.failures import tried_again_after_stall
from scenewire_assembly.lost_artifacts import made_again
from scenewire_assembly.segment_collector import Collector
from scenewire_assembly.segment_stage import SegmentStage
from scenewire_assembly.video_stage import VideoStage

__all__ = ["offer_encoders", "register"]

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
        try:
            segment = await segments.render(sourced, bus.report)
        except PermanentError as error:
            await _redrive(bus, error, partial(segments.remakers, sourced))
            return
        published = await bus.publish(segment)
        complete = await collector.complete(segment, published.seq)
        if complete is None:
            return
        try:
            video = await deletions.delivered(segment.project_id, videos.assemble(complete, bus.report))
        except PermanentError as error:
            await _redrive(bus, error, partial(videos.remakers, complete))
            return
        if video is not None:
            await bus.publish(video)

    @bus.subscribe(ASSEMBLY_DELETIONS)
    async def delete(deleted: ProjectDeleted) -> None:
        await deletions.delete(deleted)


async def offer_encoders(bus: Bus, selector: EncoderSelector) -> None:
    """Selects the encoder, logs it, and has other workers find those of cards.

    Raises:
        PermanentError: `invalid_settings`, the wanted encoder does not work.
    """
    selection = await selector.selection()
    preferred = selection.preferred
    bus.announce(encoder=preferred.name, device=preferred.device, because=selection.reason)

    async def offered(_: bytes) -> dict[str, object]:
        return {"encoders": [encoder.name for encoder in selection.usable.values()]}

    for encoder in selection.usable.values():
        if encoder.is_hardware:
            bus.answer(encoder_subject(encoder.name))(offered)


async def _redrive(bus: Bus, error: PermanentError, remakers: Callable[[], Awaitable[Sequence[SceneMessage]]]) -> None:
    """Has lost files made again by their stages, whose results then come here once more."""
    for message in await made_again(error, remakers):
        log.warning(
            "artifact_made_again",
            project_id=str(message.project_id),
            scene_number=message.scene.scene_number,
            stage=message.redriven[-1],
            error=str(error),
        )
        await bus.publish(message)
