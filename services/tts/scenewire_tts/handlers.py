"""Handlers: scripts to narration requests, narration requests to narrations."""

from scenewire.bus import Bus
from scenewire.messages import NarrationRequested, ScenesScripted
from scenewire.topology import TTS, TTS_FANOUT
from scenewire_tts.stage import NarrationStage

__all__ = ["register"]


def register(bus: Bus, stage: NarrationStage, *, loops: int) -> None:
    """Subscribes the stage to scripts and to their scenes.

    Args:
        bus: delivers and publishes messages.
        stage: narrates scenes.
        loops: scenes narrated concurrently.
    """

    @bus.subscribe(TTS_FANOUT)
    async def fan_out(script: ScenesScripted) -> None:
        for request in stage.requests(script):
            await bus.publish(request)

    @bus.subscribe(TTS, loops=loops)
    async def narrate(request: NarrationRequested) -> None:
        await bus.publish(await stage.narrate(request))
