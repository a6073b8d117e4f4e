"""Footage in, segments out; from the last scene of a film, the film."""

from scenewire.bus import Bus
from scenewire.messages import FootageSourced
from scenewire.topology import ASSEMBLY
from scenewire_assembly.segment_collector import Collector
from scenewire_assembly.segment_stage import AssemblyStage

__all__ = ["register"]


def register(bus: Bus, stage: AssemblyStage, *, loops: int = 1) -> None:
    """Subscribes the stage to scenes with footage.

    Args:
        bus: what the messages come from and go to.
        stage: the work.
        loops: how many scenes are in hand at the same time.
    """
    collector = Collector(bus)

    @bus.subscribe(ASSEMBLY, loops=loops)
    async def assemble(sourced: FootageSourced) -> None:
        segment = await stage.render(sourced, bus.report)
        published = await bus.publish(segment)
        segments = await collector.complete(segment, published.seq)
        if segments is not None:
            await bus.publish(await stage.assemble(segments, bus.report))
