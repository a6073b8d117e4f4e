"""`scenewire history`: lists the messages of a project."""

from scenewire_cli.options import DataOption, JsonOption
from scenewire_cli.output.record_views import HISTORY, print_rows_or_json
from scenewire_cli.project_ids import ProjectArgument
from scenewire_cli.running import run
from scenewire_cli.stack.data_folder import DataFolder

__all__ = ["history"]


def history(project_id: ProjectArgument, *, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Lists the messages of a project, oldest first.

    --json includes the bodies of the messages.

    Example:
        scenewire history 5f0c4b0e --json
    """
    run(_history(DataFolder(data), project_id, as_json=as_json))


async def _history(folder: DataFolder, project_id: str, *, as_json: bool) -> int:
    from scenewire.record import reads

    rows = await reads.history(folder.record_url, project_id)
    print_rows_or_json("message", rows, HISTORY, as_json=as_json)
    return 0
