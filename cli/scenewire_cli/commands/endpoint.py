"""`scenewire endpoint`: prints the address of a running stack's bus, for other NATS clients."""

from scenewire_cli.options import DataOption, JsonOption
from scenewire_cli.output.terminal import print_json, print_line
from scenewire_cli.running import run
from scenewire_cli.stack.connection import existing
from scenewire_cli.stack.data_folder import DataFolder

__all__ = ["endpoint"]


def endpoint(*, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Prints the bus address of a running stack for NATS clients.

    The address includes the password: do not log it.

    Example:
        NATS_URL="$(scenewire endpoint)" nats stream ls
    """
    run(_endpoint(DataFolder(data), as_json=as_json))


async def _endpoint(folder: DataFolder, *, as_json: bool) -> int:
    async with existing(folder, None) as access:
        address = access.endpoint
    if as_json:
        print_json({"event": "endpoint", "nats": address.nats_url, "artifacts": address.artifacts_url})
    else:
        print_line(address.nats_url)
    return 0
