"""`scenewire show`: shows one project."""

import os
from typing import Annotated

import typer

from scenewire_cli.options import DataOption, JsonOption
from scenewire_cli.output.record_views import print_cost, print_event, print_project
from scenewire_cli.progress.standing import recorded_standings, with_states
from scenewire_cli.project_ids import ProjectArgument
from scenewire_cli.remote.options import ServerOptions
from scenewire_cli.running import run
from scenewire_cli.stack.data_folder import DataFolder

__all__ = ["show"]

CostOption = Annotated[
    bool,
    typer.Option("--cost", help="Show what its work took: processor time, bytes, tokens and money, by stage."),
]


def show(
    project_id: ProjectArgument,
    remote: ServerOptions,
    *,
    cost: CostOption = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Shows a project: options, scenes, and video or error.

    With --cost, shows what the project has cost instead.

    Example:
        scenewire show 5f0c4b0e --cost
    """
    address = remote.address(data=data)
    if address is None:
        run((_show_cost if cost else _show)(DataFolder(data), project_id, as_json=as_json))
    else:
        from scenewire_cli.remote.listing import show_cost_on_server, show_on_server

        run((show_cost_on_server if cost else show_on_server)(address, project_id, as_json=as_json))


async def _show(folder: DataFolder, project_id: str, *, as_json: bool) -> int:
    from scenewire.record import reads

    found = await reads.project(folder.record_url, project_id)
    (project,) = with_states([found], await recorded_standings(folder), folder)
    if as_json:
        print_event("project", project)
    else:
        print_project(project, os.environ.get("ARTIFACTS_URL") or folder.artifacts_url)
    return 0


async def _show_cost(folder: DataFolder, project_id: str, *, as_json: bool) -> int:
    from scenewire.record import reads

    print_cost(await reads.cost(folder.record_url, project_id), as_json=as_json)
    return 0
