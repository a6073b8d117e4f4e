"""What all commands share: options, and how one runs to its end."""

import asyncio
import signal
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Final

import typer

__all__ = ["EXIT_INTERRUPTED", "DataOption", "JsonOption", "NatsOption", "run"]

EXIT_INTERRUPTED: Final = 130

DataOption = Annotated[
    Path | None,
    typer.Option(
        "--data",
        envvar="SCENEWIRE_DATA",
        help="Folder that keeps orders, media and the record.",
        show_default="the user's data folder",
    ),
]
NatsOption = Annotated[
    str | None,
    typer.Option(
        "--nats", envvar="NATS_URL", help="Use this NATS server and its workers instead of an embedded stack."
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object a line on standard output.")]


def run(work: Coroutine[Any, Any, int]) -> None:
    """Runs a command to its end and exits with its code; the first SIGTERM lets it clean up."""

    async def until_told() -> int:
        task = asyncio.ensure_future(work)
        with suppress(NotImplementedError):
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        try:
            return await task
        except asyncio.CancelledError:
            return EXIT_INTERRUPTED

    raise typer.Exit(asyncio.run(until_told()))
