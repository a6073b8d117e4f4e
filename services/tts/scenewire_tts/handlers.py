"""Scripts in, one request per scene out; requests in, narrations out."""

from scenewire.bus import Bus
from scenewire.messages import NarrationRequested, ScenesScripted
from scenewire.topology import TTS, TTS_FANOUT
from scenewire_tts.stage import NarrationStage

__all__ = ["register"]


def register(bus: Bus, stage: NarrationStage, *, loops: int) -> None:
    """Subscribes the stage to scripts and to their scenes.

    Args:
        bus: what the messages come from and go to.
        stage: the work.
        loops: how many scenes are spoken at the same time.
    """

    @bus.subscribe(TTS_FANOUT)
    async def fan_out(script: ScenesScripted) -> None:
        for request in stage.requests(script):
            await bus.publish(request)

    @bus.subscribe(TTS, loops=loops)
    async def narrate(request: NarrationRequested) -> None:
        await bus.publish(await stage.narrate(request))
