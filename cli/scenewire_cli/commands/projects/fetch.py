"""`scenewire fetch`: copies a finished video out of the artifact store."""

import os
from pathlib import Path
from typing import Annotated

import typer

from scenewire_cli.delivery import deliver, select_version
from scenewire_cli.options import OUTPUT, DataOption, JsonOption
from scenewire_cli.project_ids import ProjectArgument
from scenewire_cli.remote.options import ServerOptions
from scenewire_cli.running import run
from scenewire_cli.stack.data_folder import DataFolder
from scenewire_cli.summary import print_fetched

__all__ = ["fetch"]


def fetch(
    project_id: ProjectArgument,
    remote: ServerOptions,
    *,
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            metavar="FOLDER",
            help="Folder that gets a subfolder with the video, captions, credits, thumbnail and script.",
            rich_help_panel=OUTPUT,
        ),
    ] = Path("output"),
    revision: Annotated[
        int | None,
        typer.Option(
            "--revision", metavar="NUMBER", min=0, help="Revision of the video.", show_default="the latest with a video"
        ),
    ] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Copies a finished video to a folder.

    Captions, credits, thumbnail and script come with it. Finds the project in the record, or on a server; needs no
    running stack.

    Example:
        scenewire fetch 5f0c4b0e --out videos
    """
    address = remote.address(data=data)
    if address is None:
        run(_fetch(DataFolder(data), project_id, revision, out.resolve(), as_json=as_json))
    else:
        from scenewire_cli.remote.making import fetch_from_server

        run(fetch_from_server(address, project_id, revision, out=out.resolve(), as_json=as_json))


async def _fetch(folder: DataFolder, project_id: str, revision: int | None, out: Path, *, as_json: bool) -> int:
    from scenewire.record import reads

    found, versions = await reads.versions(folder.record_url, project_id)
    video = select_version(found, versions, revision)
    url = os.environ.get("ARTIFACTS_URL") or folder.artifacts_url
    print_fetched(video, await deliver(video, artifacts_url=url, out=out), as_json=as_json)
    return 0
