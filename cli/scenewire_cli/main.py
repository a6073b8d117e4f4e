"""The `scenewire` command: its subcommands, error messages and exit codes.

0 success · 1 any error, wrong usage included · 2 the database cannot be used · 130 interrupted
"""

import importlib.metadata
import io
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.text import Text

from scenewire.errors import FailureCode, PipelineError
from scenewire.observability.logging_setup import configure_logs
from scenewire_cli.commands.dead_letters.group import dead_letters_app
from scenewire_cli.commands.doctor import doctor
from scenewire_cli.commands.endpoint import endpoint
from scenewire_cli.commands.looks import looks
from scenewire_cli.commands.make import make
from scenewire_cli.commands.mcp_stdio import mcp
from scenewire_cli.commands.projects.approve import approve
from scenewire_cli.commands.projects.cancel import cancel
from scenewire_cli.commands.projects.delete import delete
from scenewire_cli.commands.projects.fetch import fetch
from scenewire_cli.commands.projects.ps import ps
from scenewire_cli.commands.projects.remake import remake
from scenewire_cli.commands.projects.retry import retry
from scenewire_cli.commands.projects.watch import watch
from scenewire_cli.commands.prune import prune
from scenewire_cli.commands.record.audit import audit
from scenewire_cli.commands.record.database import database_app
from scenewire_cli.commands.record.history import history
from scenewire_cli.commands.record.list import list_
from scenewire_cli.commands.record.rebuild import rebuild
from scenewire_cli.commands.record.search import search
from scenewire_cli.commands.record.show import show
from scenewire_cli.commands.record.trace import trace
from scenewire_cli.commands.request import request
from scenewire_cli.commands.resources.fonts import fonts_app
from scenewire_cli.commands.resources.keys import keys_app
from scenewire_cli.commands.resources.languages import languages
from scenewire_cli.commands.resources.music import music
from scenewire_cli.commands.resources.voices import voices_app
from scenewire_cli.commands.resources.weights import weights_app
from scenewire_cli.commands.script import script
from scenewire_cli.commands.up import up
from scenewire_cli.help_pages import add_command, make_group
from scenewire_cli.output.terminal import print_json, print_line, sanitize
from scenewire_cli.running import EXIT_INTERRUPTED

__all__ = ["app", "main"]

EXIT_FAILED: Final = 1
EXIT_DATABASE: Final = 2

_TYPER_USAGE: Final = 2
"""Typer's exit code for wrong usage; here 2 stands for the database."""

_DATABASE_CODES: Final = {FailureCode.DATABASE_UNAVAILABLE, FailureCode.DATABASE_TOO_NEW}

_MAINTENANCE: Final = "Run and maintain"

_COMMANDS: Final[Mapping[str, Sequence[Callable[..., None]]]] = {
    "Make videos": (
        make,
        script,
        looks,
        request,
        approve,
        ps,
        watch,
        fetch,
        cancel,
        retry,
        remake,
        delete,
        languages,
        music,
    ),
    "Find videos and projects": (list_, show, search, history, trace, audit),
    _MAINTENANCE: (up, mcp, endpoint, doctor, prune, rebuild),
}

app = make_group(
    "Turns a topic or a text into a narrated video.",
    example='scenewire make "The Suez Canal" --duration 60\nscenewire make --script notes.txt',
)
for _heading, _commands in _COMMANDS.items():
    for _command in _commands:
        add_command(app, _command, _heading)
app.add_typer(database_app, name="db", rich_help_panel=_MAINTENANCE)
app.add_typer(voices_app, name="voices", rich_help_panel="Make videos")
app.add_typer(dead_letters_app, name="dlq", rich_help_panel=_MAINTENANCE)
app.add_typer(fonts_app, name="fonts", rich_help_panel=_MAINTENANCE)
app.add_typer(keys_app, name="keys", rich_help_panel=_MAINTENANCE)
app.add_typer(weights_app, name="weights", rich_help_panel=_MAINTENANCE)


def _version(wanted: bool) -> None:  # noqa: FBT001 - a callback of typer
    if wanted:
        try:
            print_line(importlib.metadata.version("scenewire"))
        except importlib.metadata.PackageNotFoundError:
            print_line("not installed")
        raise typer.Exit


@app.callback()
def _options(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Turns a topic or a text into a narrated video."""


def main() -> None:
    """Runs the command that the arguments name; never returns."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # for terminals that are not UTF-8
    configure_logs(level="CRITICAL")  # a command answers in its own words; a stack logs to its file
    try:
        app()
    except SystemExit as stop:
        sys.exit(EXIT_FAILED if stop.code == _TYPER_USAGE else stop.code)
    except PipelineError as error:
        print_error(error)
        sys.exit(EXIT_DATABASE if error.code in _DATABASE_CODES else EXIT_FAILED)
    except BrokenPipeError:  # a reader such as `head` has closed the pipe
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(EXIT_FAILED)
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)


def print_error(error: PipelineError) -> None:
    """Prints an error and its hint; with --json, also as an event on standard output."""
    if "--json" in sys.argv:
        print_json({"event": "error", "code": error.code, "message": error.message, "hint": error.hint})
    console = Console(stderr=True, soft_wrap=True)
    console.print(Text(f"error: {sanitize(error.message)}", style="bold red"))
    if error.hint:
        console.print(Text(f"  {sanitize(error.hint)}"))
