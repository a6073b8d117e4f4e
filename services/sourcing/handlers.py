"""Spoken scenes in, scenes with footage out."""

from services.sourcing.stage import SourcingStage
from shared.bus import Bus
from shared.contracts import AudioRendered
from shared.topology import SOURCING

__all__ = ["register"]


def register(bus: Bus, stage: SourcingStage, *, loops: int) -> None:
    """Subscribes the stage to spoken scenes.

    Args:
        bus: what the messages come from and go to.
        stage: the work.
        loops: how many scenes are in hand at the same time.
    """

    @bus.subscribe(SOURCING, loops=loops)
    async def choose(audio: AudioRendered) -> None:
        await bus.publish(await stage.choose(audio))
