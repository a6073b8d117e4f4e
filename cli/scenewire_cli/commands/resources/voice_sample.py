"""`scenewire voices try`: hears a voice before anything is ordered."""

import os
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from scenewire_cli.options import DataOption, JsonOption
from scenewire_cli.ordering.order import build_order
from scenewire_cli.ordering.order_options import OrderOptions
from scenewire_cli.output.terminal import print_json, print_line
from scenewire_cli.running import run
from scenewire_cli.stack.data_folder import DataFolder
from scenewire_cli.stack.embedded import settings_errors

__all__ = ["try_"]


def try_(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What is said.")],
    *,
    voice: Annotated[
        str | None,
        typer.Option("--voice", metavar="NAME", help="Voice, as in orders.", show_default="the language's own"),
    ] = None,
    language: Annotated[
        str | None,
        typer.Option("--language", metavar="TAG", help="Language of the text.", show_default="detected"),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="WAV file.", show_default="named after the voice, in this folder"),
    ] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Speaks a text into a WAV file, as a scene would be spoken.

    Example:
        scenewire voices try "Two seas meet here." --voice af_heart
    """
    run(_try(DataFolder(data), text, voice, language, out, as_json=as_json))


async def _try(
    folder: DataFolder, text: str, voice: str | None, language: str | None, out: Path | None, *, as_json: bool
) -> int:
    from scenewire_script.preview import resolve_language
    from scenewire_tts.sample import speak_sample
    from scenewire_tts.voices import check_voice

    order = build_order(OrderOptions(language=language, voice=voice)).model_copy(update={"text": text})
    spoken = resolve_language(order).tag
    with settings_errors():
        await check_voice(spoken, voice, data=folder.root)
        sample = await speak_sample(text, language=spoken, voice=voice, path=out, data=folder.root)
    if as_json:
        print_json({"event": "sample", **asdict(sample), "path": os.fsdecode(sample.path)})
        return 0
    for note in sample.notes:
        print_line(f"note: {note}", error=True)
    print_line(f"{sample.path}: {sample.seconds:.1f} s by {sample.voice} ({sample.engine})")
    return 0
