"""`scenewire audit`: lists the changes of a database row."""

from typing import Annotated

import typer

from scenewire_cli.options import DataOption, JsonOption, LimitOption
from scenewire_cli.output.record_views import AUDIT, print_rows_or_json
from scenewire_cli.running import run
from scenewire_cli.stack.data_folder import DataFolder

__all__ = ["audit"]

EntityArgument = Annotated[str, typer.Argument(metavar="ID", help="Id of a project, a scene or a video.")]


def audit(
    entity_id: EntityArgument,
    *,
    limit: LimitOption = 100,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Lists the changes of a database row, newest first.

    For a project, the changes of its scenes and videos are included.

    Example:
        scenewire audit 5f0c4b0e-7d0a-4a53-9a39-7d5d0c1f2a11
    """
    run(_audit(DataFolder(data), entity_id, limit=limit, as_json=as_json))


async def _audit(folder: DataFolder, entity_id: str, *, limit: int, as_json: bool) -> int:
    from scenewire.record import reads

    rows = await reads.audit(folder.record_url, entity_id, limit=limit)
    print_rows_or_json("change", rows, AUDIT, as_json=as_json, nothing="no changes")
    return 0
