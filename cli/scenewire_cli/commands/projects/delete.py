"""`scenewire delete`: deletes a project."""

import sys
from typing import Annotated
from uuid import UUID

import typer

from scenewire.artifacts.deletions import Deletions
from scenewire.artifacts.opening import open_store
from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import ProjectDeleted
from scenewire_cli.options import DataOption, JsonOption, NatsOption
from scenewire_cli.output.terminal import print_json, print_line, sanitize
from scenewire_cli.progress.projects import StoredProject, find_project
from scenewire_cli.project_ids import ProjectArgument
from scenewire_cli.running import run
from scenewire_cli.stack.connection import Access, embedded, existing
from scenewire_cli.stack.data_folder import DataFolder

__all__ = ["delete"]


def delete(
    project_id: ProjectArgument,
    *,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for the record.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
    data: DataOption = None,
    nats: NatsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Deletes a project with all versions of its video.

    It cannot be restored. Services stop working for it, and its rows and its videos in the artifact store are removed.
    Videos that `make` wrote to --out stay, and so do the messages in the log. Works without a running stack, too.

    Example:
        scenewire delete 5f0c4b0e
        scenewire delete 5f0c4b0e --yes --reason "asked by the customer"
    """
    run(_delete(DataFolder(data), project_id, reason=reason, yes=yes, nats_url=nats, as_json=as_json))


async def _delete(
    folder: DataFolder, project_id: str, *, reason: str, yes: bool, nats_url: str | None, as_json: bool
) -> int:
    is_stopped = nats_url is None and folder.nats_store.exists()
    services = ("recorder",) if folder.has_record else ()  # so that `list` agrees at once
    async with embedded(folder, services=services) if is_stopped else existing(folder, nats_url) as access:
        project = await _find(access, None if nats_url and not folder.has_foreign_record else folder, project_id)
        is_deleted = project.state == "deleted"
        if not is_deleted:
            _confirm(project, yes=yes)
            deleted = ProjectDeleted(project_id=project.project_id, revision=project.revision, reason=reason)
            sequence = await access.bus.publish(deleted)
            if access.stack is not None and access.endpoint.artifacts_url:
                await Deletions(open_store(access.endpoint.artifacts_url)).delete(deleted)  # no assembly does
            if access.stack is not None and services:
                await access.await_record(sequence)
    if as_json:
        event = "already_deleted" if is_deleted else "deleted"
        print_json({"event": event, "project_id": str(project.project_id), "name": project.name})
    else:
        print_line(
            f"nothing to delete: {project.label} is already deleted" if is_deleted else f"deleted {project.label}"
        )
    return 0


async def _find(access: Access, folder: DataFolder | None, text: str) -> StoredProject:
    """Returns a project in the stream, or one on record that is older than the stream.

    Args:
        access: the bus.
        folder: whose record it is; None if this host does not know the record of that bus.
        text: its id, or the beginning.

    Raises:
        PermanentError: `invalid_order`, too short; `not_on_record`, there is none, or several.
    """
    try:
        return await find_project(access, text)
    except PermanentError as error:
        if error.code is not FailureCode.NOT_ON_RECORD or folder is None or not folder.has_record:
            raise
        not_in_stream = error
    from scenewire.record import reads

    row = await reads.project(folder.record_url, text)
    if not await reads.history(folder.record_url, row["id"]):  # a project of another application
        raise not_in_stream
    return StoredProject(UUID(row["id"]), 0, 0, name=row.get("name") or "")


def _confirm(project: StoredProject, *, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise PermanentError(
            FailureCode.INVALID_ORDER,
            "nobody is there to confirm the deletion",
            hint=f"add --yes to delete project {project.project_id}",
        )
    typer.confirm(sanitize(f"Delete {project.label} with all versions of its video?"), abort=True, err=True)
