"""What all commands share: options, what they print, and how one runs to its end."""

import asyncio
import json
import signal
import sys
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final

import typer

__all__ = ["EXIT_INTERRUPTED", "DataOption", "JsonOption", "NatsOption", "harmless", "plain", "run", "say", "say_json"]

EXIT_INTERRUPTED: Final = 130

_STOPPING: Final = "stopping; press Ctrl-C again to stop at once"
_STOPPING_UNSAID_S: Final = 0.3
"""A command that stops within this time has nothing to say about it."""

_JOINERS: Final = "\u200c\u200d"
"""Zero-width (non-)joiners: Persian, Indic scripts and emoji are spelled with them, and a terminal does not obey them."""

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


def harmless(text: str) -> str:
    """Returns the text on one line, without anything that a terminal obeys.

    Control characters, bidirectional overrides and undecodable bytes of file names are dropped; line breaks and tabs
    become spaces.
    """
    return "".join(
        character if character.isprintable() or character in _JOINERS else " " if character.isspace() else ""
        for character in text
    )


def plain(text: str) -> str:
    """Returns `harmless` text with single spaces."""
    return " ".join(harmless(text).split())


def say(*cells: str, error: bool = False) -> None:
    """Prints one line, each cell made harmless, with a tab between them.

    Args:
        cells: what to print; may hold text from anywhere.
        error: whether to print to standard error.
    """
    print("\t".join(map(harmless, cells)), file=sys.stderr if error else sys.stdout, flush=True)


def say_json(fields: Mapping[str, Any]) -> None:
    """Prints one JSON object on a line, in ASCII: control characters in it are escaped."""
    print(json.dumps(fields), flush=True)


def run(work: Coroutine[Any, Any, int]) -> None:
    """Runs a command to its end and exits with its code.

    The first SIGINT or SIGTERM lets it clean up, and a command that takes a moment for that says so. A second SIGINT ends
    it at once.
    """

    async def until_told() -> int:
        task, loop = asyncio.ensure_future(work), asyncio.get_running_loop()

        def stop() -> None:
            loop.remove_signal_handler(signal.SIGINT)  # the next one raises KeyboardInterrupt
            loop.call_later(_STOPPING_UNSAID_S, partial(say, _STOPPING, error=True))
            task.cancel()

        with suppress(NotImplementedError):
            loop.add_signal_handler(signal.SIGINT, stop)
            loop.add_signal_handler(signal.SIGTERM, stop)
        try:
            return await task
        except asyncio.CancelledError:
            return EXIT_INTERRUPTED

    raise typer.Exit(asyncio.run(until_told()))
