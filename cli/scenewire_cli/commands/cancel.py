"""`scenewire cancel`: cancels a project."""

from scenewire.messages import ProjectCancelled
from scenewire_cli.progress.events import require_project
from scenewire_cli.project_ids import parse_project_id
from scenewire_cli.stack.connection import embedded, existing
from scenewire_cli.stack.data_folder import Home

__all__ = ["cancel"]


async def cancel(home: Home, project_id: str, *, reason: str, nats_url: str | None) -> int:
    """Calls a project off and returns once that is stored; needs no running stack.

    Raises:
        PipelineError: there is no bus and no folder of one, or no such project.
    """
    cancelled = ProjectCancelled(project_id=parse_project_id(project_id), reason=reason)
    stopped = nats_url is None and home.nats_store.exists()
    async with embedded(home, services=()) if stopped else existing(home, nats_url) as access:
        await require_project(access, cancelled.project_id)
        await access.bus.publish(cancelled)
    return 0
