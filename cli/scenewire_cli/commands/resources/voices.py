"""`scenewire voices`: lists, installs, tries and removes voices."""

from dataclasses import asdict
from typing import Annotated

import typer

from scenewire.errors import FailureCode, PermanentError
from scenewire_cli.commands.resources.voice_installation import install, remove
from scenewire_cli.commands.resources.voice_sample import try_
from scenewire_cli.help_pages import add_command, make_group
from scenewire_cli.options import DataOption, JsonOption
from scenewire_cli.output.record_views import VOICES, print_rows_or_json
from scenewire_cli.running import run
from scenewire_cli.stack.data_folder import DataFolder
from scenewire_cli.stack.embedded import settings_errors

__all__ = ["voices_app"]

LanguageOption = Annotated[
    str | None, typer.Option("--language", metavar="TAG", help="Only voices for this language, such as de or pt-BR.")
]


def list_(*, language: LanguageOption = None, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Lists the voices that orders can name.

    Marks the voice that a language gets when an order names none.

    Example:
        scenewire voices list --language en
    """
    run(_list(DataFolder(data), language, as_json=as_json))


async def _list(folder: DataFolder, language: str | None, *, as_json: bool) -> int:
    from scenewire_tts.voices import list_voices

    with settings_errors():
        rows = [asdict(voice) for voice in await list_voices(language, data=folder.root)]
    if language is not None and not rows:
        raise PermanentError(
            FailureCode.SPEECH_FAILED, f"no installed voice speaks {language}", hint="see `scenewire languages`"
        )
    print_rows_or_json("voice", rows, VOICES, as_json=as_json)
    return 0


voices_app = make_group("Lists, installs and tries voices.", needs_command=False)


@voices_app.callback(invoke_without_command=True)
def _voices(
    context: typer.Context, *, language: LanguageOption = None, data: DataOption = None, as_json: JsonOption = False
) -> None:
    """Lists, installs and tries voices. Without a command, lists those that are installed."""
    if context.invoked_subcommand is None:
        list_(language=language, data=data, as_json=as_json)


for _command in (list_, install, try_, remove):
    add_command(voices_app, _command)
