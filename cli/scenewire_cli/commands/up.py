"""`scenewire up`: runs an embedded stack until it is stopped."""

import asyncio
from contextlib import suppress
from typing import Annotated

import typer

from scenewire.cancellations import raise_if_cancelled
from scenewire.errors import FailureCode, PermanentError
from scenewire.ffmpeg.discovery import find_ffmpeg
from scenewire.observability.http_endpoint import monitor_of_this_process
from scenewire_cli.options import DataOption, JsonOption, RecordOption
from scenewire_cli.output.terminal import print_json, print_line
from scenewire_cli.progress.projects import stored_projects, unfinished_note
from scenewire_cli.running import run
from scenewire_cli.stack.connection import embedded
from scenewire_cli.stack.data_folder import DataFolder
from scenewire_cli.stack.embedded import record_note, services_to_run

__all__ = ["up"]

PortOption = Annotated[
    int,
    typer.Option(
        "--nats-port", metavar="PORT", min=-1, max=65_535, help="Port of the NATS server; -1 takes any free port."
    ),
]


GatewayPortOption = Annotated[
    int | None,
    typer.Option(
        "--port",
        metavar="PORT",
        min=0,
        max=65_535,
        envvar="GATEWAY_PORT",
        help="Port of pages, REST and MCP; 0 takes any free port.",
        show_default="8321, or a free port if that is taken",
    ),
]


def up(
    *,
    port: GatewayPortOption = None,
    nats_port: PortOption = 4222,
    record: RecordOption = True,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Runs the bus and all services until stopped.

    Prints the addresses of its pages and its bus. While it runs, videos can be ordered on the pages, with
    `scenewire request`, and over REST, MCP and NATS. Ctrl-C stops it.

    Example:
        scenewire up --data /srv/scenewire
    """
    run(_up(DataFolder(data), port=port, nats_port=nats_port, as_json=as_json, with_record=record))


async def _up(folder: DataFolder, *, port: int | None, nats_port: int, as_json: bool, with_record: bool) -> int:
    await find_ffmpeg()
    services = services_to_run(with_record=with_record)
    async with embedded(
        folder, nats_port=nats_port, gateway_port=port, needs_gateway=True, services=services
    ) as access:
        if access.stack is None:
            raise PermanentError(
                FailureCode.BUS_UNAVAILABLE,
                f"a stack of {folder.root} already runs at {access.endpoint.redacted_url}",
                hint="use that one, or choose another data folder with --data",
            )
        address = access.endpoint
        facts = {"nats": address.redacted_url, "artifacts": address.artifacts_url or "", "log": str(folder.log)}
        if address.gateway_url:
            facts = {"page": address.gateway_url, **facts}
        if monitor := monitor_of_this_process().url:
            facts["monitor"] = monitor
        if as_json:
            print_json({"event": "ready", **facts})
        else:
            for name, value in facts.items():
                print_line(f"{name + ':':11}{value}")
            print_line("ready; press Ctrl-C to stop")
        if note := record_note(access.stack):
            print_json({"event": "note", "text": note}) if as_json else print_line(note)
        if note := unfinished_note((await stored_projects(access)).values()):
            print_json({"event": "note", "text": note}) if as_json else print_line(note)
        with suppress(asyncio.CancelledError):
            while True:
                raise_if_cancelled()
                await asyncio.sleep(1)
                if repaired := await access.check():
                    print_json({"event": "note", "text": repaired.note}) if as_json else print_line(repaired.note)
    return 0
