"""`scenewire retry`: makes a failed project again."""

from uuid import UUID

from scenewire_cli.project_ids import ProjectArgument
from scenewire_cli.remote.options import ServerAddress, ServerOptions
from scenewire_cli.revising.making import make_revision, print_accepted
from scenewire_cli.revising.options import RevisionOptions
from scenewire_cli.revising.retrying import retry_project
from scenewire_cli.running import run

__all__ = ["retry"]


def retry(project_id: ProjectArgument, options: RevisionOptions, remote: ServerOptions) -> None:
    """Continues a failed or cancelled project where it stopped.

    What was finished is kept. Starts an embedded stack if none runs.

    Example:
        scenewire retry 5f0c4b0e
    """
    address = remote.address(data=options.data, nats=options.nats)
    if address is None:
        run(make_revision(project_id, options, verb="retrying", request=retry_project))
    else:
        run(_retry_on_server(address, project_id, options))


async def _retry_on_server(address: ServerAddress, project_id: str, options: RevisionOptions) -> int:
    from scenewire_cli.remote.making import follow_revision_on_server
    from scenewire_cli.remote.server import connected_server

    async with connected_server(address) as server:
        project = await server.project(project_id)
        answer = await server.post(f"/v1/projects/{project['id']}/retry", {"expected_revision": project["revision"]})
        found, revision = UUID(project["id"]), answer["revision"]
        print_accepted("retrying", found, project["title"], revision, as_json=options.as_json)
        if not options.wait:
            return 0
        return await follow_revision_on_server(server, found, revision, out=options.folder, as_json=options.as_json)
