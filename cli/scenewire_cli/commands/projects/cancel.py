"""`scenewire cancel`: cancels a project."""

from typing import Annotated
from uuid import UUID

import typer

from scenewire.messages import ProjectCancelled
from scenewire_cli.options import DataOption, JsonOption, NatsOption
from scenewire_cli.output.terminal import print_json, print_line
from scenewire_cli.progress.projects import find_project, project_label
from scenewire_cli.project_ids import ProjectArgument
from scenewire_cli.remote.options import ServerAddress, ServerOptions
from scenewire_cli.running import run
from scenewire_cli.stack.connection import embedded, existing
from scenewire_cli.stack.data_folder import DataFolder

__all__ = ["cancel"]


def cancel(
    project_id: ProjectArgument,
    remote: ServerOptions,
    *,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for the record.")] = "",
    data: DataOption = None,
    nats: NatsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Cancels a project; says so if it has ended already.

    Services drop its messages from then on. Works without a running stack, too.

    Example:
        scenewire cancel 5f0c4b0e --reason "wrong script"
    """
    address = remote.address(data=data, nats=nats)
    if address is None:
        run(_cancel(DataFolder(data), project_id, reason=reason, nats_url=nats, as_json=as_json))
    else:
        run(_cancel_on_server(address, project_id, reason=reason, as_json=as_json))


async def _cancel(folder: DataFolder, project_id: str, *, reason: str, nats_url: str | None, as_json: bool) -> int:
    is_stopped = nats_url is None and folder.nats_store.exists()
    services = ("recorder",) if folder.has_record else ()  # so that `list` agrees at once
    async with embedded(folder, services=services) if is_stopped else existing(folder, nats_url) as access:
        project = await find_project(access, project_id)
        if project.end is None:
            cancelled = ProjectCancelled(project_id=project.project_id, revision=project.revision, reason=reason)
            sequence = await access.bus.publish(cancelled)
            if access.stack is not None and services:
                await access.await_record(sequence)
    _answer(project.project_id, project.name, None if project.end is None else project.state, as_json=as_json)
    return 0


async def _cancel_on_server(address: ServerAddress, project_id: str, *, reason: str, as_json: bool) -> int:
    from scenewire_cli.remote.server import connected_server

    async with connected_server(address) as server:
        project = await server.project(project_id)
        ended = project["state"] if project["state"] in ("finished", "failed", "cancelled") else None
        if ended is None:
            await server.post(f"/v1/projects/{project['id']}/cancellation", {"reason": reason})
    _answer(UUID(project["id"]), project["title"], ended, as_json=as_json)
    return 0


def _answer(project_id: UUID, name: str, ended: str | None, *, as_json: bool) -> None:
    """Prints what became of a project.

    Args:
        project_id: its id.
        name: its name.
        ended: how it had ended before the command, if it had.
        as_json: whether to print JSON.
    """
    label = project_label(project_id, name)
    if as_json:
        fields = {"project_id": str(project_id), "name": name}
        if ended is None:
            print_json({"event": "cancelled", **fields})
        else:
            print_json({"event": "already_ended", **fields, "state": ended})
    elif ended is None:
        print_line(f"cancelled {label}")
    else:
        print_line(f"nothing to cancel: {label} is already {ended}")
