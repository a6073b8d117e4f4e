"""`scenewire trace`: shows where the time of a video went."""

from typing import Annotated

import typer

from scenewire_cli.options import DataOption, JsonOption
from scenewire_cli.project_ids import ProjectArgument
from scenewire_cli.running import run
from scenewire_cli.stack.data_folder import DataFolder

__all__ = ["trace"]


def trace(
    project_id: ProjectArgument,
    *,
    revision: Annotated[
        int | None, typer.Option(min=0, metavar="NUMBER", help="The revision to show.", show_default="the latest")
    ] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Shows where the time of a video went.

    Shows the waits and the work of each scene, and the critical path. Reads the record; no collector of traces is needed.

    Example:
        scenewire trace 5f0c4b0e
    """
    run(_trace(DataFolder(data), project_id, revision, as_json=as_json))


async def _trace(folder: DataFolder, project_id: str, revision: int | None, *, as_json: bool) -> int:
    from scenewire.record import reads
    from scenewire_cli.output.timing import print_timing

    print_timing(await reads.timing(folder.record_url, project_id, revision), as_json=as_json)
    return 0
