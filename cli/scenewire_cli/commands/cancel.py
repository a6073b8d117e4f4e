"""`scenewire cancel`: cancels a project."""

from typing import Annotated

import typer

from scenewire.messages import ProjectCancelled
from scenewire_cli.options import DataOption, NatsOption
from scenewire_cli.progress.events import require_project
from scenewire_cli.project_ids import ProjectIdArgument, parse_project_id
from scenewire_cli.running import run
from scenewire_cli.stack.connection import embedded, existing
from scenewire_cli.stack.data_folder import DataFolder

__all__ = ["cancel"]


def cancel(
    project_id: ProjectIdArgument,
    *,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for the record.")] = "",
    data: DataOption = None,
    nats: NatsOption = None,
) -> None:
    """Cancels a project.

    Services drop its messages from then on. Works without a running stack, too.

    Example:
        scenewire cancel 5f0c4b0e-7d0a-4a53-9a39-7d5d0c1f2a11 --reason "wrong script"
    """
    run(_cancel(DataFolder(data), project_id, reason=reason, nats_url=nats))


async def _cancel(folder: DataFolder, project_id: str, *, reason: str, nats_url: str | None) -> int:
    cancelled = ProjectCancelled(project_id=parse_project_id(project_id), reason=reason)
    is_stopped = nats_url is None and folder.nats_store.exists()
    async with embedded(folder, services=()) if is_stopped else existing(folder, nats_url) as access:
        await require_project(access, cancelled.project_id)
        await access.bus.publish(cancelled)
    return 0
