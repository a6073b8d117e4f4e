"""`scenewire request`: orders a video from a running stack."""

from uuid import UUID, uuid4

from scenewire.messages import ScriptRequested
from scenewire_cli.options import DataOption, JsonOption, NatsOption
from scenewire_cli.ordering.files.order_files import OrderFiles, with_files, with_files_in
from scenewire_cli.ordering.order import read_order
from scenewire_cli.ordering.order_options import OrderOptions
from scenewire_cli.ordering.topic_prompt import ask_topic
from scenewire_cli.output.terminal import print_json, print_line
from scenewire_cli.remote.options import ServerAddress, ServerOptions
from scenewire_cli.running import run
from scenewire_cli.stack.connection import existing
from scenewire_cli.stack.data_folder import DataFolder

__all__ = ["request"]


def request(
    order: OrderOptions,
    remote: ServerOptions,
    *,
    data: DataOption = None,
    nats: NatsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Orders a video from a running stack and prints its project id.

    Returns as soon as the order is stored; `scenewire watch` follows it.

    Example:
        scenewire request "The Suez Canal" --nats nats://bus.example.org:4222
        scenewire request "The Suez Canal" --server https://videos.example.org
    """
    address = remote.address(data=data, nats=nats)
    wanted, files = read_order(ask_topic(order, as_json=as_json))
    if address is None:
        run(_request(DataFolder(data), wanted, files, nats_url=nats, as_json=as_json))
    else:
        run(_request_from_server(address, wanted, files, as_json=as_json))


async def _request(
    folder: DataFolder, order: ScriptRequested, files: OrderFiles, *, nats_url: str | None, as_json: bool
) -> int:
    project_id = uuid4()
    async with existing(folder, nats_url) as access:
        await access.require_admission()
        order = await with_files(order, files, access.endpoint.artifacts_url)
        await access.bus.publish(order.model_copy(update={"project_id": project_id}))
        page = access.endpoint.page(project_id)
    _print_accepted(project_id, page, as_json=as_json)
    return 0


async def _request_from_server(
    address: ServerAddress, order: ScriptRequested, files: OrderFiles, *, as_json: bool
) -> int:
    from scenewire_cli.remote.server import connected_server

    project_id = uuid4()
    async with connected_server(address) as server:
        order = await with_files_in(order, files, lambda _option: server)
        await server.order(order, project_id)
    _print_accepted(project_id, address.page(project_id), as_json=as_json)
    return 0


def _print_accepted(project_id: UUID, page: str | None, *, as_json: bool) -> None:
    """Prints the id on standard output, for `watch`, and the address of the page for people."""
    if as_json:
        print_json({"event": "accepted", "project_id": str(project_id), **({"page": page} if page else {})})
        return
    print_line(str(project_id))
    if page:
        print_line(f"page: {page}", error=True)
