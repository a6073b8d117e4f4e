"""`scenewire rebuild`: rebuilds the rows of the record, the record, or the stream."""

from typing import Annotated

import typer

from scenewire.errors import FailureCode, PermanentError
from scenewire_cli.options import DataOption, JsonOption, NatsOption
from scenewire_cli.output.record_views import print_event, print_rebuilt, print_restored
from scenewire_cli.running import run
from scenewire_cli.stack.connection import embedded
from scenewire_cli.stack.data_folder import DataFolder
from scenewire_cli.stack.embedded import configure_logs_of

__all__ = ["rebuild"]

FromStreamOption = Annotated[
    bool, typer.Option("--from-stream", help="Record the stream's messages first: for a lost database.")
]
ToStreamOption = Annotated[
    bool,
    typer.Option("--to-stream", help="Publish unfinished projects from the record again: for a lost or older stream."),
]


def rebuild(
    *,
    from_stream: FromStreamOption = False,
    to_stream: ToStreamOption = False,
    data: DataOption = None,
    nats: NatsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Rebuilds the database rows from the message log.

    Rows that other applications wrote stay.

    Example:
        scenewire rebuild --from-stream
    """
    if from_stream and to_stream:
        raise PermanentError(
            FailureCode.INVALID_ORDER,
            "--from-stream and --to-stream exclude each other",
            hint="pass --from-stream if the database was lost, --to-stream if the stream was",
        )
    run(_rebuild(DataFolder(data), nats, from_stream=from_stream, to_stream=to_stream, as_json=as_json))


async def _rebuild(
    folder: DataFolder, nats_url: str | None, *, from_stream: bool, to_stream: bool, as_json: bool
) -> int:
    from scenewire_recorder import api

    folder.prepare()
    configure_logs_of(folder)
    if from_stream or to_stream:
        async with embedded(folder, nats_url=nats_url, services=()) as access:
            restore = api.restore_stream if to_stream else api.rebuild_from_stream
            done = await restore(folder.record_url, access.endpoint.nats_url)
    else:
        done = await api.rebuild(folder.record_url)
    if as_json:
        print_event("rebuilt", done)
    elif to_stream:
        print_restored(done)
    else:
        print_rebuilt(done)
    return 0
