"""`scenewire up`: runs everything embedded until it is stopped."""

import asyncio
from contextlib import suppress

from scenewire.errors import FailureCode, PermanentError
from scenewire.ffmpeg.discovery import find_ffmpeg
from scenewire.observability.http_endpoint import monitor_of_this_process
from scenewire_cli.commands.make import services_to_run
from scenewire_cli.output.terminal import say, say_json
from scenewire_cli.stack.connection import embedded
from scenewire_cli.stack.data_folder import Home

__all__ = ["up"]


async def up(home: Home, *, nats_port: int, as_json: bool, with_record: bool = True) -> int:
    """Runs the embedded stack until it is cancelled.

    Raises:
        PipelineError: it cannot start or go on.
    """
    await find_ffmpeg()
    async with embedded(home, nats_port=nats_port, services=services_to_run(with_record=with_record)) as access:
        if access.stack is None:
            raise PermanentError(
                FailureCode.BUS_UNAVAILABLE,
                f"a stack of {home.root} runs already, at {access.endpoint.place}",
                hint="use that one, or another folder with --data",
            )
        facts = {"nats": access.endpoint.place, "artifacts": access.endpoint.artifacts_url, "log": str(home.log)}
        if monitor := monitor_of_this_process().url:
            facts["monitor"] = monitor
        if as_json:
            say_json({"event": "ready", **facts})
        else:
            for name, value in facts.items():
                say(f"{name + ':':11}{value}")
            say("ready; Ctrl-C stops")
        with suppress(asyncio.CancelledError):  # being stopped is how it ends
            while True:
                await asyncio.sleep(1)
                access.stack.check()
    return 0
