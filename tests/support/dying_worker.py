"""A worker that the kernel ends as soon as it has a message in hand."""

import asyncio
import os
import signal

from shared.bus import Bus
from shared.contracts import NarrationRequested
from shared.settings import ServiceSettings
from shared.topology import TTS


def main() -> None:
    bus = Bus("dying", ServiceSettings())

    @bus.subscribe(TTS)
    async def die(request: NarrationRequested) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    asyncio.run(bus.app().run())


if __name__ == "__main__":
    main()
