"""Handlers: narrated scenes to scenes with footage."""

from scenewire.bus import Bus
from scenewire.messages import AudioRendered
from scenewire.topology import LIST_FOOTAGE, SOURCING
from scenewire_sourcing.stage import SourcingStage

__all__ = ["register"]


def register(bus: Bus, stage: SourcingStage, *, loops: int) -> None:
    """Subscribes the stage to narrated scenes, and answers which footage servers there are.

    Args:
        bus: delivers and publishes messages.
        stage: selects footage.
        loops: scenes processed concurrently.
    """

    @bus.subscribe(SOURCING, loops=loops)
    async def select_footage(audio: AudioRendered) -> None:
        await bus.publish(await stage.select_footage(audio))

    @bus.answer(LIST_FOOTAGE)
    async def list_footage(_body: bytes) -> dict[str, object]:
        return {"servers": stage.offered}
