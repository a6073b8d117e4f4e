"""`scenewire endpoint`: prints the address of a running stack's bus, for other NATS clients."""

from scenewire_cli.output.terminal import say, say_json
from scenewire_cli.stack.connection import existing
from scenewire_cli.stack.data_folder import Home

__all__ = ["endpoint"]


async def endpoint(home: Home, *, as_json: bool) -> int:
    """Prints where the bus of a running stack is, with its password.

    Raises:
        PipelineError: nothing runs there.
    """
    async with existing(home, None) as access:
        address = access.endpoint
    if as_json:
        say_json({"event": "endpoint", "nats": address.nats_url, "artifacts": address.artifacts_url})
    else:
        say(address.nats_url)
    return 0
