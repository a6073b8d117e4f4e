"""`scenewire fonts`: lists, installs and removes fonts of writing systems."""

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from scenewire_cli.commands.resources.installed import remove_installation
from scenewire_cli.help_pages import add_command, make_group
from scenewire_cli.options import DataOption, JsonOption
from scenewire_cli.output.record_views import FONTS, print_rows_or_json
from scenewire_cli.output.terminal import print_json, print_line
from scenewire_cli.progress.installation import installation_display
from scenewire_cli.running import run
from scenewire_cli.stack.data_folder import DataFolder
from scenewire_cli.stack.embedded import settings_errors

__all__ = ["fonts_app"]

ScriptOption = Annotated[
    list[str] | None,
    typer.Option(
        "--script",
        metavar="NAME",
        help="A writing system, such as Thai or Chinese; may be repeated. `scenewire fonts` lists them.",
        show_default="all that captions cannot show here",
    ),
]
ToOption = Annotated[
    Path | None,
    typer.Option("--to", metavar="FOLDER", help="Folder of fonts.", show_default="fonts in the data folder"),
]
WhereOption = Annotated[
    Path | None,
    typer.Option("--from", metavar="FOLDER", help="Folder of fonts.", show_default="fonts in the data folder"),
]


def list_(*, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Lists writing systems, and whether captions can show them here.

    Example:
        scenewire fonts list
    """
    run(_list(DataFolder(data), as_json=as_json))


async def _list(folder: DataFolder, *, as_json: bool) -> int:
    from scenewire_assembly.font_installation.installer import font_states

    with settings_errors():
        states = await font_states(folder.root)
    print_rows_or_json("font", [asdict(state) for state in states], FONTS, as_json=as_json)
    return 0


def install(
    *, script: ScriptOption = None, to: ToOption = None, data: DataOption = None, as_json: JsonOption = False
) -> None:
    """Installs fonts of writing systems that captions cannot show here.

    They are Noto fonts (licence SIL OFL 1.1), a download of 4 to 23 MB, by pip from its package registry. Files are
    verified by size and hash. What is there, or in the extra `fonts`, is not installed again.

    Example:
        scenewire fonts install
        scenewire fonts install --script Thai --script Hebrew
    """
    run(_install(DataFolder(data), script or [], None if to is None else to.absolute(), as_json=as_json))


async def _install(folder: DataFolder, names: list[str], to: Path | None, *, as_json: bool) -> int:
    from scenewire_assembly.font_installation.installer import font_states, install_fonts, published_names

    scripts = published_names(names)
    drawn: frozenset[str] = frozenset()
    if to is None:
        folder.prepare()
        with settings_errors():
            drawn = frozenset(state.script for state in await font_states(folder.root) if state.drawn)
    target = to or folder.fonts
    with installation_display(as_json=as_json) as display:
        try:
            installed = await install_fonts(target, scripts, drawn=drawn, progress=display)
        except asyncio.CancelledError:
            display.note("stopped; run the same command to continue")
            raise
    if as_json:
        print_json(
            {"event": "installed", "folder": str(target), "scripts": installed.scripts, "drawn": installed.drawn}
            | {"new": installed.is_new}
        )
        return 0
    if installed.scripts:
        done = "installed" if installed.is_new else "already installed"
        print_line(f"{done}: {', '.join(installed.scripts)} in {target}")
    has = "the extra scenewire[fonts] has them" if installed.with_extra else "this machine has fonts for them"
    if installed.drawn:
        print_line(f"nothing to install for {', '.join(installed.drawn)}: {has}")
    elif not installed.scripts:
        print_line(f"nothing to install: {has.replace('them', 'all writing systems that packages have')}")
    if to is not None and installed.scripts:
        print_line(f"to use them, set ASSEMBLY_FONTS_DIR={target}")
    elif installed.is_new and folder.endpoint() is not None:
        print_line(f"the running stack of {folder.root} uses them after it is started again")
    return 0


def remove(
    *,
    where: WhereOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Removes the installed fonts.

    Only files that `scenewire fonts install` wrote are removed.

    Example:
        scenewire fonts remove
    """
    run(_remove(DataFolder(data), None if where is None else where.absolute(), yes=yes, as_json=as_json))


async def _remove(folder: DataFolder, where: Path | None, *, yes: bool, as_json: bool) -> int:
    from scenewire_assembly.font_installation.installer import remove_fonts

    return await remove_installation(
        folder,
        where or folder.fonts,
        remove_fonts,
        name="the fonts",
        use="drawing captions with these fonts",
        yes=yes,
        as_json=as_json,
    )


fonts_app = make_group("Lists, installs and removes fonts of writing systems.", needs_command=False)


@fonts_app.callback(invoke_without_command=True)
def _fonts(context: typer.Context, *, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Lists, installs and removes fonts of writing systems. Without a command, lists them."""
    if context.invoked_subcommand is None:
        list_(data=data, as_json=as_json)


for _command in (list_, install, remove):
    add_command(fonts_app, _command)
