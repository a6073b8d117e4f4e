"""`scenewire approve`: has the pictures of a storyboard made."""

from uuid import UUID

from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import StoryboardEdit
from scenewire.topology import EDIT_STORYBOARD
from scenewire_cli.options import DataOption, JsonOption, NatsOption
from scenewire_cli.output.terminal import print_json, print_line
from scenewire_cli.progress.projects import StoredProject, find_project, project_label
from scenewire_cli.project_ids import ProjectArgument
from scenewire_cli.remote.options import ServerAddress, ServerOptions
from scenewire_cli.revising.latest import latest_revision
from scenewire_cli.running import run
from scenewire_cli.stack.connection import Access, existing
from scenewire_cli.stack.data_folder import DataFolder

__all__ = ["approve"]


def approve(
    project_id: ProjectArgument,
    remote: ServerOptions,
    *,
    data: DataOption = None,
    nats: NatsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Approves the storyboard of an order with --approve.

    Its pictures are then made, by the stack that runs already.

    Example:
        scenewire approve 5f0c4b0e
    """
    address = remote.address(data=data, nats=nats)
    if address is None:
        run(_approve(DataFolder(data), project_id, nats_url=nats, as_json=as_json))
    else:
        run(_approve_on_server(address, project_id, as_json=as_json))


async def _approve(folder: DataFolder, project_id: str, *, nats_url: str | None, as_json: bool) -> int:
    async with existing(folder, nats_url) as access:
        project = await find_project(access, project_id)
        edit = await _approval(access, project)
        answer = await access.bus.ask(EDIT_STORYBOARD, edit.model_dump_json(exclude_unset=True).encode())
    _answer(project.project_id, project.name, answer["revision"], as_json=as_json)
    return 0


async def _approve_on_server(address: ServerAddress, project_id: str, *, as_json: bool) -> int:
    from scenewire_cli.remote.server import connected_server

    async with connected_server(address) as server:
        project = await server.project(project_id)
        answer = await server.post(f"/v1/projects/{project['id']}/approval", {"expected_revision": project["revision"]})
    _answer(UUID(project["id"]), project["title"], answer["revision"], as_json=as_json)
    return 0


def _answer(project_id: UUID, name: str, revision: int, *, as_json: bool) -> None:
    if as_json:
        print_json({"event": "approved", "project_id": str(project_id), "name": name, "revision": revision})
    else:
        print_line(f"approved {project_label(project_id, name)}")


async def _approval(access: Access, project: StoredProject) -> StoryboardEdit:
    """Returns the edit that approves the latest storyboard and keeps its footage.

    Raises:
        PermanentError: `invalid_order`, it does not await approval.
    """
    latest = await latest_revision(access, project)
    if project.end is not None or latest.script is None or not latest.script.brief.awaits_approval:
        raise PermanentError(
            FailureCode.INVALID_ORDER,
            f"{project.label} does not await approval",
            hint="`scenewire ps` shows what does; only orders with --approve do",
        )
    return StoryboardEdit(
        project_id=project.project_id,
        expected_revision=project.revision,
        approve=True,
        selections=latest.selections,
    )
