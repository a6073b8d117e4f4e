"""`scenewire ps`: lists the projects that are being made."""

from typing import Any

from scenewire_cli.options import DataOption, JsonOption, NatsOption
from scenewire_cli.output.record_views import RUNNING, print_rows_or_json
from scenewire_cli.progress.standing import ProjectStanding, recorded_standings, state_of, streamed_standings
from scenewire_cli.remote.options import ServerOptions
from scenewire_cli.running import run
from scenewire_cli.stack.connection import existing
from scenewire_cli.stack.data_folder import DataFolder

__all__ = ["ps"]


def ps(remote: ServerOptions, *, data: DataOption = None, nats: NatsOption = None, as_json: JsonOption = False) -> None:
    """Lists unfinished projects and how far they are.

    running: a stack makes it. stalled: no progress for a quarter of an hour. interrupted: its stack is gone; the same
    `make` command or `scenewire up` continues it. The time left appears once a few scenes are encoded.

    Example:
        scenewire ps
    """
    address = remote.address(data=data, nats=nats)
    if address is None:
        run(_ps(DataFolder(data), nats_url=nats, as_json=as_json))
    else:
        from scenewire_cli.remote.listing import ps_on_server

        run(ps_on_server(address, as_json=as_json))


async def _ps(folder: DataFolder, *, nats_url: str | None, as_json: bool) -> int:
    alive = bool(nats_url) or folder.endpoint() is not None
    if alive:
        async with existing(folder, nats_url) as access:
            standings = await streamed_standings(access)
    else:
        standings = list(await recorded_standings(folder)) if folder.has_record else []
    print_rows_or_json(
        "project",
        [_row(standing, alive=alive) for standing in standings],
        RUNNING,
        as_json=as_json,
        nothing="no unfinished projects",
    )
    return 0


def _row(standing: ProjectStanding, *, alive: bool) -> dict[str, Any]:
    state = state_of(standing, alive=alive)
    left = standing.time_left if state == "running" else None
    return {
        "id": standing.project_id,
        "name": standing.name,
        "state": state,
        "stage": standing.stage,
        "percent": standing.percent,
        "scene_count": standing.scene_count,
        "spoken": standing.spoken,
        "sourced": standing.sourced,
        "rendered": standing.rendered,
        "time_left_s": None if left is None else round(left.total_seconds()),
        "last_active": None if standing.last_active is None else standing.last_active.isoformat(),
    }
