"""A worker that the kernel ends as soon as it has a message in hand."""

import asyncio
import os
import signal

from scenewire.bus import Bus
from scenewire.messages import NarrationRequested
from scenewire.settings import ServiceSettings
from scenewire.topology import TTS


def main() -> None:
    bus = Bus("dying", ServiceSettings())

    @bus.subscribe(TTS)
    async def die(request: NarrationRequested) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    asyncio.run(bus.app().run())


if __name__ == "__main__":
    main()
