"""`scenewire db`: maintains the database of the record."""

from typing import Annotated

import typer

from scenewire.errors import FailureCode, PermanentError
from scenewire_cli.help_pages import add_command, make_group
from scenewire_cli.options import DataOption, JsonOption
from scenewire_cli.output.record_views import print_condition
from scenewire_cli.running import run
from scenewire_cli.stack.data_folder import DataFolder
from scenewire_cli.stack.embedded import configure_logs_of

__all__ = ["database_app"]

RevisionArgument = Annotated[
    str, typer.Argument(metavar="REVISION", help="An earlier schema revision; `base` removes the schema.")
]


def upgrade(*, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Creates the database, or upgrades its schema.

    Example:
        scenewire db upgrade
    """
    run(_set_schema(DataFolder(data), "head", as_json=as_json))


def downgrade(
    revision: RevisionArgument,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Downgrades the schema and deletes what the earlier one lacks.

    `base` deletes the whole record.

    Example:
        scenewire db downgrade 8f3b6c20d9e1
    """
    if not yes:
        typer.confirm(f"Downgrade to {revision!r} and delete what that schema lacks?", abort=True, err=True)
    run(_set_schema(DataFolder(data), revision, as_json=as_json))


def check(*, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Checks schema and integrity; exits with 2 on a problem.

    Reads the whole database.

    Example:
        scenewire db check
    """
    run(_check(DataFolder(data), as_json=as_json))


async def _set_schema(folder: DataFolder, revision: str, *, as_json: bool) -> int:
    from scenewire_recorder import api

    folder.prepare()
    configure_logs_of(folder)
    print_condition(await api.set_schema(folder.record_url, revision), as_json=as_json)
    return 0


async def _check(folder: DataFolder, *, as_json: bool) -> int:
    from scenewire_recorder import api

    condition = await api.check(folder.record_url)
    print_condition(condition, as_json=as_json)
    if condition["schema"] == "newer":
        raise PermanentError(
            FailureCode.DATABASE_TOO_NEW,
            f"the schema of the database {condition['place']} is newer than this version of scenewire",
            hint="upgrade scenewire",
        )
    if condition["schema"] != "current":
        raise PermanentError(
            FailureCode.DATABASE_UNAVAILABLE,
            f"the schema of the database {condition['place']} is not current",
            hint="run `scenewire db upgrade`",
        )
    if condition["problems"]:
        raise PermanentError(
            FailureCode.DATABASE_UNAVAILABLE,
            f"the database {condition['place']} is damaged: {len(condition['problems'])} problems",
            hint="see docs/record.md",
        )
    return 0


database_app = make_group("Maintains the database of the record.")
for command in (upgrade, downgrade, check):
    add_command(database_app, command)
