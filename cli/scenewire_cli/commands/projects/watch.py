"""`scenewire watch`: follows a project until it has ended."""

from scenewire_cli.options import DataOption, JsonOption, NatsOption
from scenewire_cli.output.formatting import artifact_location
from scenewire_cli.progress.display import make_display
from scenewire_cli.progress.events import ProjectProgress, follow
from scenewire_cli.progress.projects import find_project
from scenewire_cli.project_ids import ProjectArgument
from scenewire_cli.remote.options import ServerOptions
from scenewire_cli.running import run
from scenewire_cli.stack.connection import existing
from scenewire_cli.stack.data_folder import DataFolder
from scenewire_cli.summary import print_summary, raise_if_failed

__all__ = ["watch"]


def watch(
    project_id: ProjectArgument,
    remote: ServerOptions,
    *,
    data: DataOption = None,
    nats: NatsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Follows a project to its end; exits with 0 when it has a video.

    Example:
        scenewire watch "$(scenewire request 'The Suez Canal')"
    """
    address = remote.address(data=data, nats=nats)
    if address is None:
        run(_watch(DataFolder(data), project_id, nats_url=nats, as_json=as_json))
    else:
        from scenewire_cli.remote.making import watch_on_server

        run(watch_on_server(address, project_id, as_json=as_json))


async def _watch(folder: DataFolder, project_id: str, *, nats_url: str | None, as_json: bool) -> int:
    async with existing(folder, nats_url) as access:
        found = await find_project(access, project_id)
        project = ProjectProgress(found.project_id, found.revision)
        with make_display(as_json=as_json) as display:
            async for event in follow(access, project, from_sequence=found.first_sequence):
                display.show(project, event)
        url = access.endpoint.artifacts_url
    raise_if_failed(project)
    print_summary(project, None, as_json=as_json, where=lambda ref: artifact_location(url, ref.key))
    return 0
