"""`scenewire list`: lists the projects on record."""

from scenewire_cli.options import DataOption, JsonOption, LimitOption
from scenewire_cli.output.record_views import PROJECTS, print_rows_or_json
from scenewire_cli.progress.standing import recorded_standings, with_states
from scenewire_cli.remote.options import ServerOptions
from scenewire_cli.running import run
from scenewire_cli.stack.data_folder import DataFolder

__all__ = ["list_"]


def list_(
    remote: ServerOptions, *, limit: LimitOption = 50, data: DataOption = None, as_json: JsonOption = False
) -> None:
    """Lists projects, the most recently active first.

    Example:
        scenewire list --limit 10
    """
    address = remote.address(data=data)
    if address is None:
        run(_list(DataFolder(data), limit=limit, as_json=as_json))
    else:
        from scenewire_cli.remote.listing import list_on_server

        run(list_on_server(address, limit=limit, as_json=as_json))


async def _list(folder: DataFolder, *, limit: int, as_json: bool) -> int:
    from scenewire.record import reads

    rows = with_states(await reads.projects(folder.record_url, limit=limit), await recorded_standings(folder), folder)
    print_rows_or_json("project", rows, PROJECTS, as_json=as_json, nothing="no projects")
    return 0
