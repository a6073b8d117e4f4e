"""Asks for a further revision of a project, and follows it to its end."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import UUID

from scenewire_cli.delivery import deliver
from scenewire_cli.output.formatting import artifact_location
from scenewire_cli.output.terminal import print_json, print_line
from scenewire_cli.progress.display import make_display
from scenewire_cli.progress.events import ProjectProgress, follow
from scenewire_cli.progress.projects import StoredProject, find_project, project_label, short_id
from scenewire_cli.revising.options import RevisionOptions
from scenewire_cli.stack.connection import Access, embedded, existing
from scenewire_cli.stack.data_folder import DataFolder
from scenewire_cli.stack.embedded import services_to_run
from scenewire_cli.summary import print_summary, raise_if_failed

__all__ = ["make_revision", "print_accepted"]


async def make_revision(
    project_id: str,
    options: RevisionOptions,
    *,
    verb: str,
    request: Callable[[Access, StoredProject], Awaitable[int]],
) -> int:
    """Asks for a revision and follows it to its end, with a stack of its own if none runs.

    Args:
        project_id: the project's id, or its beginning.
        options: where the project is, and what becomes of its video.
        verb: what happens to the project, such as `retrying`.
        request: asks for the revision; returns its number.

    Raises:
        PipelineError: there is no such project, the revision is refused, or it fails.
    """
    async with _access(DataFolder(options.data), options) as access:
        project = await find_project(access, project_id)
        revision = await request(access, project)
        print_accepted(verb, project.project_id, project.name, revision, as_json=options.as_json)
        if not options.wait:
            return 0
        return await _follow(access, project, revision, options)


@asynccontextmanager
async def _access(folder: DataFolder, options: RevisionOptions) -> AsyncIterator[Access]:
    """Uses a running stack; starts one if the project is to be followed and none runs."""
    is_stopped = options.nats is None and folder.nats_store.exists()
    if options.wait and is_stopped:
        services = services_to_run(with_record=folder.has_record)
        async with embedded(folder, services=services) as access:
            yield access
    else:
        async with existing(folder, options.nats) as access:
            yield access


async def _follow(access: Access, project: StoredProject, revision: int, options: RevisionOptions) -> int:
    progress = ProjectProgress(project.project_id, revision)
    with make_display(as_json=options.as_json) as display:
        if (page := access.endpoint.page(project.project_id)) is not None:
            display.page(page)
        try:
            async for event in follow(access, progress, from_sequence=project.first_sequence):
                display.show(progress, event)
        except asyncio.CancelledError:
            which = short_id(project.project_id)
            display.note(
                f"stopped; `scenewire up` continues revision {revision}, `scenewire cancel {which}` cancels it"
            )
            raise
    if access.stack is not None and "recorder" in access.stack.services:
        await access.await_record(progress.last_sequence)
    raise_if_failed(progress)
    url = access.endpoint.artifacts_url
    delivered = None
    if options.folder is not None and url is not None and progress.video is not None:
        delivered = await deliver(progress.video, artifacts_url=url, out=options.folder)
    print_summary(progress, delivered, as_json=options.as_json, where=lambda ref: artifact_location(url, ref.key))
    return 0


def print_accepted(verb: str, project_id: UUID, name: str, revision: int, *, as_json: bool) -> None:
    """Prints the number of an accepted revision.

    Args:
        verb: what happens to the project, such as `retrying`.
        project_id: its id.
        name: its name.
        revision: the number.
        as_json: whether to print JSON.
    """
    if as_json:
        print_json({"event": "accepted", "project_id": str(project_id), "name": name, "revision": revision})
    else:
        print_line(f"{verb} {project_label(project_id, name)} as revision {revision}")
