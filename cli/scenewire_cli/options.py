"""What all commands share: options, what they print, and how one runs to its end."""

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["DataOption", "JsonOption", "NatsOption"]


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
