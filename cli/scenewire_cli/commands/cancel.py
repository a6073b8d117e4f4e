"""`scenewire cancel`: cancels a project."""

from typing import Annotated

import typer

from scenewire.messages import ProjectCancelled
from scenewire_cli.options import DataOption, JsonOption, NatsOption
from scenewire_cli.output.terminal import print_json, print_line
from scenewire_cli.progress.projects import StoredProject, find_project
from scenewire_cli.project_ids import ProjectArgument
from scenewire_cli.running import run
from scenewire_cli.stack.connection import embedded, existing
from scenewire_cli.stack.data_folder import DataFolder

__all__ = ["cancel"]


def cancel(
    project_id: ProjectArgument,
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
    run(_cancel(DataFolder(data), project_id, reason=reason, nats_url=nats, as_json=as_json))


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
    _answer(project, as_json=as_json)
    return 0


def _answer(project: StoredProject, *, as_json: bool) -> None:
    """Prints what became of the project, whose state is that before the command."""
    if as_json:
        fields = {"project_id": str(project.project_id), "name": project.name}
        if project.end is None:
            print_json({"event": "cancelled", **fields})
        else:
            print_json({"event": "already_ended", **fields, "state": project.state})
    elif project.end is None:
        print_line(f"cancelled {project.label}")
    else:
        print_line(f"nothing to cancel: {project.label} is already {project.state}")
