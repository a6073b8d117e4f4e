"""The commands about the record. They run the recorder's own code, loaded by its name as services are."""

import importlib
import os
from collections.abc import Coroutine, Mapping, Sequence
from typing import Annotated, Any

import typer

from scenewire.errors import FailureCode, PermanentError
from scenewire.observability.logging_setup import configure_logs
from scenewire.settings import secret
from scenewire_cli.options import DataOption, JsonOption, NatsOption
from scenewire_cli.output.record_views import (
    AUDIT,
    HISTORY,
    PROJECTS,
    VIDEOS,
    print_condition,
    print_json,
    print_project,
    print_rebuilt,
    print_restored,
)
from scenewire_cli.output.tables import Column, print_rows
from scenewire_cli.running import run
from scenewire_cli.stack.connection import embedded
from scenewire_cli.stack.data_folder import Home

__all__ = ["database_app", "register"]

Row = Mapping[str, Any]

ProjectArgument = Annotated[str, typer.Argument(help="A project's id, or how it begins.")]
LimitOption = Annotated[int, typer.Option("--limit", min=1, help="Rows at most.")]

database_app = typer.Typer(help="Looks after the database.", no_args_is_help=True, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    for command in (list_, show, search, history, audit, rebuild):
        app.command(command.__name__.strip("_"))(command)
    app.add_typer(database_app, name="db")


def list_(*, limit: LimitOption = 50, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Lists the projects on record, those last heard of first."""
    found = _console().projects(_database_url(Home(data)), limit=limit)
    run(_print_all("project", found, PROJECTS, as_json=as_json))


def show(project_id: ProjectArgument, *, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Shows one project: its scenes, and its film or why there is none."""
    home = Home(data)

    async def work() -> int:
        project = await _console().project(_database_url(home), project_id)
        if as_json:
            print_json("project", project)
        else:
            print_project(project, os.environ.get("ARTIFACTS_URL", home.artifacts_url))
        return 0

    run(work())


def search(
    words: Annotated[list[str], typer.Argument(help="Words of a file's name or path; the last may be begun only.")],
    *,
    limit: LimitOption = 50,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Finds films by the words of their names, and source clips by those of their paths, best first."""
    found = _console().search(_database_url(Home(data)), " ".join(words), limit=limit)
    run(_print_all("video", found, VIDEOS, as_json=as_json))


def history(project_id: ProjectArgument, *, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Lists every message of a project in order; with --json what they said, too."""
    found = _console().history(_database_url(Home(data)), project_id)
    run(_print_all("message", found, HISTORY, as_json=as_json))


def audit(
    entity_id: Annotated[str, typer.Argument(help="The id of a project, a scene or a video.", metavar="ID")],
    *,
    limit: LimitOption = 100,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Lists the changes of a row, newest first; of a project those of what belongs to it, too."""
    found = _console().audit(_database_url(Home(data)), entity_id, limit=limit)
    run(_print_all("change", found, AUDIT, as_json=as_json))


def rebuild(
    *,
    from_stream: Annotated[
        bool, typer.Option("--from-stream", help="Read the stream first: for a database that was lost.")
    ] = False,
    stream: Annotated[
        bool, typer.Option("--stream", help="The other way: give a stream that came back empty or older what it lost.")
    ] = False,
    data: DataOption = None,
    nats: NatsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Makes the rows anew from the log of messages; what other applications keep in the database stays."""
    if from_stream and stream:
        message = "--from-stream and --stream go opposite ways"
        raise typer.BadParameter(message)

    async def work() -> int:
        home = Home(data)
        home.prepare()
        configure_logs(file=home.log)
        url = _database_url(home)
        if not (from_stream or stream):
            done = await _console().rebuild(url)
        else:
            async with embedded(home, nats_url=nats, services=()) as access:
                bus = access.endpoint.nats_url
                ask = _console().restore_stream if stream else _console().rebuild_from_stream
                done = await ask(url, bus)
        if as_json:
            print_json("rebuilt", done)
        elif stream:
            print_restored(done)
        else:
            print_rebuilt(done)
        return 0

    run(work())


@database_app.command()
def upgrade(*, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Makes the database if there is none, and brings its schema up to date."""
    run(_set_schema(Home(data), "head", as_json=as_json))


@database_app.command()
def downgrade(
    revision: Annotated[str, typer.Argument(help="An earlier schema, or `base` for none.")],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Takes the schema back. What only the later schema holds is lost; back to `base` that is the whole record."""
    if not yes:
        typer.confirm(f"This deletes what schema {revision!r} does not have. Go on?", abort=True, err=True)
    run(_set_schema(Home(data), revision, as_json=as_json))


@database_app.command()
def check(*, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Says which schema the database has and whether it is intact; exit code 2 if not."""

    async def work() -> int:
        condition = await _console().check(_database_url(Home(data)))
        print_condition(condition, as_json=as_json)
        if condition["schema"] != "current" or condition["problems"]:
            newer = condition["schema"] == "newer"
            raise PermanentError(
                FailureCode.DATABASE_TOO_NEW if newer else FailureCode.DATABASE_UNAVAILABLE,
                f"the database {condition['place']} is not as this version needs it",
                hint="use the version that wrote it" if newer else "`scenewire db upgrade`, or see docs/record.md",
            )
        return 0

    run(work())


async def _print_all(
    event: str, found: Coroutine[Any, Any, Sequence[Row]], columns: Sequence[Column], *, as_json: bool
) -> int:
    rows = await found
    if as_json:
        for row in rows:
            print_json(event, row)
    else:
        print_rows(rows, columns)
    return 0


async def _set_schema(home: Home, revision: str, *, as_json: bool) -> int:
    home.prepare()
    configure_logs(file=home.log)
    print_condition(await _console().set_schema(_database_url(home), revision), as_json=as_json)
    return 0


def _console() -> Any:
    return importlib.import_module("scenewire_recorder.api")


def _database_url(home: Home) -> str:
    return secret("DATABASE_URL") or home.database_url
