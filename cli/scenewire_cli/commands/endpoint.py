"""`scenewire endpoint`: prints the addresses of a running stack: of its bus, and of its pages and REST."""

from scenewire_cli.options import DataOption, JsonOption
from scenewire_cli.output.terminal import print_json, print_line
from scenewire_cli.running import run
from scenewire_cli.stack.connection import existing
from scenewire_cli.stack.data_folder import DataFolder

__all__ = ["endpoint"]


def endpoint(*, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Prints the addresses of a running stack.

    The one of the bus, on standard output, includes its password: do not log it. The one of its pages and of REST follows
    on standard error.

    Example:
        NATS_URL="$(scenewire endpoint)" nats stream ls
    """
    run(_endpoint(DataFolder(data), as_json=as_json))


async def _endpoint(folder: DataFolder, *, as_json: bool) -> int:
    async with existing(folder, None) as access:
        address = access.endpoint
    if as_json:
        facts = {"nats": address.nats_url, "artifacts": address.artifacts_url, "gateway": address.gateway_url}
        print_json({"event": "endpoint", **facts})
    else:
        print_line(address.nats_url)
        if address.gateway_url:
            print_line(f"pages and REST: {address.gateway_url}", error=True)
    return 0
