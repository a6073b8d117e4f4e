"""Spoken scenes in, scenes with footage out."""

from scenewire.bus import Bus
from scenewire.messages import AudioRendered
from scenewire.topology import SOURCING
from scenewire_sourcing.stage import SourcingStage

__all__ = ["register"]


def register(bus: Bus, stage: SourcingStage, *, loops: int) -> None:
    """Subscribes the stage to spoken scenes.

    Args:
        bus: what the messages come from and go to.
        stage: the work.
        loops: how many scenes are in hand at the same time.
    """

    @bus.subscribe(SOURCING, loops=loops)
    async def select_footage(audio: AudioRendered) -> None:
        await bus.publish(await stage.select_footage(audio))
