"""`scenewire remake`: makes another version of a project's video."""

from functools import partial
from uuid import UUID

from scenewire.errors import FailureCode, PermanentError
from scenewire_cli.ordering.files.order_files import with_files_in
from scenewire_cli.project_ids import ProjectArgument
from scenewire_cli.remote.options import ServerAddress, ServerOptions
from scenewire_cli.revising.making import make_revision, print_accepted
from scenewire_cli.revising.options import RevisionOptions
from scenewire_cli.revising.remake_options import Changes, RemakeOptions
from scenewire_cli.revising.remaking import remake_project
from scenewire_cli.running import run

__all__ = ["remake"]


def remake(
    project_id: ProjectArgument, changes: RemakeOptions, options: RevisionOptions, remote: ServerOptions
) -> None:
    """Makes another version of a video, with changed options.

    With --from, that stage and all after it work anew, also where nothing changes: script writes the words again,
    narration speaks them again, footage searches again, and assembly encodes again. Without it, only what the changed
    options need is made. Earlier versions stay. Starts an embedded stack if none runs.

    Example:
        scenewire remake 5f0c4b0e --theme press --captions box
        scenewire remake 5f0c4b0e --from footage --footage open
        scenewire remake 5f0c4b0e --from script
    """
    address = remote.address(data=options.data, nats=options.nats)
    wanted = changes.read()
    if address is None:
        request = partial(remake_project, changes=wanted)
        run(make_revision(project_id, options, verb="remaking", request=request))
    else:
        run(_remake_on_server(address, project_id, wanted, options))


async def _remake_on_server(address: ServerAddress, project_id: str, changes: Changes, options: RevisionOptions) -> int:
    from scenewire_cli.remote.making import follow_revision_on_server
    from scenewire_cli.remote.server import connected_server

    if changes.first == "script":
        raise PermanentError(
            FailureCode.INVALID_ORDER,
            "--server and --from script exclude each other: a gateway edits the script that there is",
            hint="order the video again, or name a later stage",
        )
    async with connected_server(address) as server:
        project = await server.project(project_id)
        order = await with_files_in(changes.order, changes.files, lambda _option: server)
        edit = {
            "expected_revision": project["revision"],
            "options": changes.options(order).model_dump(mode="json", exclude_unset=True),
            "remake_from": changes.first,
        }
        answer = await server.post(f"/v1/projects/{project['id']}/edits", edit)
        found, revision = UUID(project["id"]), answer["revision"]
        print_accepted("remaking", found, project["title"], revision, as_json=options.as_json)
        if not options.wait:
            return 0
        return await follow_revision_on_server(server, found, revision, out=options.folder, as_json=options.as_json)
