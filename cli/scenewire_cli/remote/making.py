"""`make`, `watch` and `fetch` on a server: order, follow, download."""

import asyncio
from functools import partial
from pathlib import Path
from uuid import UUID

from scenewire.messages import ArtifactRef, ScriptRequested, VideoAssembled
from scenewire_cli.delivery import DeliveredFiles, deliver_by, require_room, select_version
from scenewire_cli.ordering.files.order_files import OrderFiles, with_files_in
from scenewire_cli.progress.display import Display, make_display
from scenewire_cli.progress.events import ProjectProgress
from scenewire_cli.progress.projects import short_id
from scenewire_cli.remote.following import follow_on_server
from scenewire_cli.remote.options import ServerAddress
from scenewire_cli.remote.server import Server, connected_server
from scenewire_cli.stack.data_folder import DataFolder, PendingOrder
from scenewire_cli.summary import print_fetched, print_summary, raise_if_failed

__all__ = ["fetch_from_server", "follow_revision_on_server", "make_on_server", "watch_on_server"]


async def make_on_server(
    address: ServerAddress, order: ScriptRequested, files: OrderFiles, *, out: Path, as_json: bool
) -> int:
    """Makes one video on a server and fetches it. Returns 0 when it is delivered.

    Args:
        address: the server.
        order: an order without files.
        files: those to add.
        out: the folder that gets a subfolder for the project.
        as_json: whether to print JSON.

    Raises:
        PipelineError: the video cannot be made, the server refuses, or does not answer.
    """
    folder = DataFolder()  # remembers orders under way, so that an interrupted command continues
    folder.prepare()
    require_room(order, data=None, out=out)
    with make_display(as_json=as_json) as display:
        async with connected_server(address) as server:
            order = await with_files_in(order, files, lambda _option: server)
            with folder.pending(order, server=address.url) as pending:
                made = folder.made(order, server=address.url)
                project = await _order(server, order, pending, display, made=None if made is None else made.video)
                try:
                    async for event in follow_on_server(server, project, on_trouble=display.note):
                        display.show(project, event)
                except asyncio.CancelledError:
                    display.note(
                        f"stopped; the server goes on with project {short_id(project.project_id)}. Run the same command to "
                        "follow it, or `scenewire cancel`"
                    )
                    raise
                delivered = None if project.video is None else await _download(server, project.video, out, display)
                pending.finished(delivered.video if delivered else None)
    raise_if_failed(project)
    print_summary(project, delivered, as_json=as_json)
    return 0


async def watch_on_server(address: ServerAddress, project_id: str, *, as_json: bool) -> int:
    """Follows a project on a server to its end; returns 0 when it has a video.

    Raises:
        PipelineError: the project failed, the server refuses, or does not answer.
    """
    async with connected_server(address) as server:
        found = await server.project(project_id)
        return await follow_revision_on_server(server, UUID(found["id"]), found["revision"], as_json=as_json)


async def fetch_from_server(
    address: ServerAddress, project_id: str, revision: int | None, *, out: Path, as_json: bool
) -> int:
    """Downloads a finished video with its companions.

    Args:
        address: the server.
        project_id: the project's id, or its beginning.
        revision: number of the revision; None takes the latest video.
        out: the folder that gets a subfolder for the project.
        as_json: whether to print JSON.

    Raises:
        PipelineError: there is no such video, the server refuses, or does not answer.
    """
    with make_display(as_json=as_json) as display:
        async with connected_server(address) as server:
            found = await server.project(project_id)
            video = select_version(found["id"], await _versions(server, UUID(found["id"])), revision)
            delivered = await _download(server, video, out, display)
    print_fetched(video, delivered, as_json=as_json)
    return 0


async def _versions(server: Server, project_id: UUID) -> list[VideoAssembled]:
    """Returns the videos of a project, the oldest first."""
    videos, sequence = [], 0
    while found := await server.messages_after(project_id, sequence):
        sequence = found[-1]["sequence"]
        videos += [message["message"] for message in found if message["subject"] == VideoAssembled.SUBJECT]
    return sorted(map(VideoAssembled.model_validate, videos), key=lambda video: video.revision)


async def follow_revision_on_server(
    server: Server, project_id: UUID, revision: int, *, out: Path | None = None, as_json: bool
) -> int:
    """Follows a revision of a project, or a later one, to its end; returns 0 when it has a video.

    Args:
        server: where it is.
        project_id: the project.
        revision: its number.
        out: fetches the video to a subfolder of this folder, too.
        as_json: whether to print JSON.

    Raises:
        PipelineError: it failed, the server refuses, or does not answer.
    """
    project = ProjectProgress(project_id, revision)
    with make_display(as_json=as_json) as display:
        async for event in follow_on_server(server, project, on_trouble=display.note):
            display.show(project, event)
        delivered = None
        if project.video is not None and out is not None:
            delivered = await _download(server, project.video, out, display)
    raise_if_failed(project)
    if project.video is not None:
        addresses = {ref: f"{server.address.url}{path}" for ref, path in _files(project.video).items()}
        print_summary(project, delivered, as_json=as_json, where=lambda ref: addresses[ref])
    return 0


async def _order(
    server: Server, order: ScriptRequested, pending: PendingOrder, display: Display, *, made: Path | None
) -> ProjectProgress:
    """Orders a video, unless it is being made already."""
    found = await server.find(pending.project_id)
    if found is not None and found["state"] == "cancelled":
        pending, found = pending.renewed(), None
    if found is not None:
        display.note(f"resuming project {pending.project_id}")
    else:
        if made is not None:
            display.note(f"the same order was made before, see {made}; this makes a new video")
        await server.order(order, pending.project_id)
    display.page(server.address.page(pending.project_id))
    return ProjectProgress(pending.project_id, 0 if found is None else found["revision"])


async def _download(server: Server, video: VideoAssembled, out: Path, display: Display) -> DeliveredFiles:
    paths = _files(video)

    async def fetch(ref: ArtifactRef, target: Path) -> None:
        await server.persistently(partial(server.download, paths[ref], ref, target), on_trouble=display.note)

    return await deliver_by(fetch, video, out=out)


def _files(video: VideoAssembled) -> dict[ArtifactRef, str]:
    """Returns the paths of a video's files on the server."""
    base = f"/v1/projects/{video.project_id}/versions/{video.revision}"
    return {
        video.video: f"{base}/video",
        video.captions_srt: f"{base}/captions.srt",
        video.captions_vtt: f"{base}/captions.vtt",
        video.credits_json: f"{base}/credits.json",
        video.credits_txt: f"{base}/credits.txt",
        video.thumbnail: f"{base}/thumbnail",
        video.script_json: f"{base}/script.json",
    }
