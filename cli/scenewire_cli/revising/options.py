"""Options of commands that make a further revision of a project."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from scenewire_cli.options import OUTPUT, DataOption, JsonOption, NatsOption

__all__ = ["RevisionOptions"]


@dataclass(frozen=True, kw_only=True)
class RevisionOptions:
    """Where a project is, and what becomes of its video."""

    wait: Annotated[
        bool,
        typer.Option(
            "--wait/--no-wait",
            help="Follow the project to its end, or return as soon as its revision is accepted by a running stack.",
            rich_help_panel=OUTPUT,
        ),
    ] = True
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FOLDER",
            help="Also deliver the finished video to a subfolder of this folder.",
            show_default="it stays among the artifacts",
            rich_help_panel=OUTPUT,
        ),
    ] = None
    as_json: JsonOption = False
    data: DataOption = None
    nats: NatsOption = None

    @property
    def folder(self) -> Path | None:
        """The folder of --out, whatever the working directory."""
        return None if self.out is None else self.out.resolve()
