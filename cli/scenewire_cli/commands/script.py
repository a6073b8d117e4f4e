"""`scenewire script`: shows what would become of a script."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from scenewire.messages import ScenesScripted
from scenewire_cli.options import DataOption, JsonOption
from scenewire_cli.ordering.order import read_order
from scenewire_cli.ordering.order_options import OrderOptions
from scenewire_cli.ordering.voices import check_voices
from scenewire_cli.output.designs import describe_sentence
from scenewire_cli.output.tables import print_facts, seconds
from scenewire_cli.output.terminal import print_json, print_line, single_spaced
from scenewire_cli.running import run
from scenewire_cli.stack.data_folder import DataFolder

__all__ = ["script"]


def script(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The script, or - for standard input.")],
    *,
    language: Annotated[
        str | None, typer.Option("--language", metavar="TAG", help="Its language; detected if not given.")
    ] = None,
    voice: Annotated[
        str | None, typer.Option("--voice", metavar="NAME", help="As for make: a voice, or SPEAKER=VOICE pairs.")
    ] = None,
    title: Annotated[str | None, typer.Option("--title", metavar="TEXT", help="Title of the video.")] = None,
    speak_headings: Annotated[bool, typer.Option("--speak-headings", help="Speak its headings, too.")] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Shows what a script becomes, and makes nothing.

    Prints title, sections and scenes with their estimated seconds, what footage is searched for, what each sentence shows
    where none is found, and what is not spoken. Like make, refuses a voice or a language that no engine here speaks.

    Example:
        scenewire script notes.md
    """
    options = replace(
        OrderOptions(), script=file, language=language, voice=voice, title=title, speak_headings=speak_headings
    )
    run(_script(options, DataFolder(data), as_json=as_json))


async def _script(options: OrderOptions, folder: DataFolder, *, as_json: bool) -> int:
    from scenewire_script.preview import estimated_duration, preview_script

    order, files = read_order(options)
    replaced = await check_voices(order, folder, [item.narration.scene_number for item in files.narrations])
    scripted = await preview_script(order.model_copy(update={"media": tuple(item.media for item in files.media)}))
    brief = scripted.brief.model_copy(update={"notes": (*scripted.brief.notes, *replaced)})
    scripted = scripted.model_copy(update={"brief": brief})
    duration_s = estimated_duration(scripted)
    if as_json:
        print_json({"event": "script", **_as_dict(scripted, duration_s)})
    else:
        _print(scripted, duration_s)
    return 0


def _as_dict(scripted: ScenesScripted, duration_s: float) -> dict[str, Any]:
    return {
        "title": scripted.brief.title,
        "topic": scripted.brief.topic,
        "language": scripted.brief.options.language,
        "estimated_duration": duration_s,
        "notes": list(scripted.brief.notes),
        "scenes": [
            scene.model_dump(mode="json", exclude={"id": True, "media": {"__all__": {"file"}}})
            for scene in scripted.scenes
        ],
    }


def _print(scripted: ScenesScripted, duration_s: float) -> None:
    print_facts(
        {
            "title": scripted.brief.title,
            "language": scripted.brief.options.language,
            "scenes": str(len(scripted.scenes)),
            "length": f"about {seconds(duration_s)}",
        }
    )
    for note in scripted.brief.notes:
        print_line(f"note: {single_spaced(note)}")
    for scene in scripted.scenes:
        if scene.section:
            print_line("")
            print_line(f"# {single_spaced(scene.section)}")
        picture = ", ".join(item.title or item.id or "" for item in scene.media) or scene.footage_query
        facts = [f"{scene.wanted_duration or scene.estimated_duration:.1f} s", f"picture: {picture}"]
        facts += [f"voice: {scene.voice}"] if scene.voice else []
        facts += [f"silence: {scene.pause:g} s"] if scene.pause else []
        print_line("")
        print_line(f"{scene.scene_number}. {single_spaced(' | '.join(facts))}")
        print_line(f"   {single_spaced(scene.text)}")
        for sentence in () if scene.media else scene.sentences:
            print_line(f"   shows: {single_spaced(describe_sentence(sentence))}")
