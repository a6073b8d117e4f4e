"""Footage in, segments out; from the last scene of a film, the film."""

from services.assembly.collector import Collector
from services.assembly.stage import AssemblyStage
from shared.bus import Bus
from shared.contracts import FootageSourced
from shared.topology import ASSEMBLY

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
