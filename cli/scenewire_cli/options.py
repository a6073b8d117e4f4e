"""Options that several commands share."""

from pathlib import Path
from typing import Annotated, Final

import typer

__all__ = ["OUTPUT", "DataOption", "JsonOption", "LimitOption", "NatsOption", "RecordOption"]

OUTPUT: Final = "Output"
"""Heading of options on help pages."""
_STACK: Final = "Stack"

DataOption = Annotated[
    Path | None,
    typer.Option(
        "--data",
        metavar="FOLDER",
        envvar="SCENEWIRE_DATA",
        help="Data folder: orders, media and the record.",
        show_default="the user's data folder",
        rich_help_panel=_STACK,
    ),
]
NatsOption = Annotated[
    str | None,
    typer.Option(
        "--nats",
        metavar="URL",
        envvar="NATS_URL",
        help="NATS server to use, with its workers, instead of an embedded stack.",
        rich_help_panel=_STACK,
    ),
]
JsonOption = Annotated[
    bool,
    typer.Option("--json", help="Print one JSON object per line on standard output.", rich_help_panel=OUTPUT),
]
RecordOption = Annotated[
    bool,
    typer.Option(
        "--record/--no-record",
        help="Record the project in the database. The video is the same without.",
        rich_help_panel=OUTPUT,
    ),
]
LimitOption = Annotated[int, typer.Option("--limit", metavar="ROWS", min=1, help="Maximum number of rows.")]
