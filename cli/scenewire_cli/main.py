"""`scenewire`: arguments in, exit code out.

0 the film and its record exist · 1 anything else went wrong, usage included · 2 the database
"""

import importlib.metadata
import io
import os
import sys
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.text import Text

from scenewire.errors import FailureCode, PipelineError
from scenewire.messages import DEFAULT_DURATION
from scenewire_cli.commands import records
from scenewire_cli.commands.cancel import cancel as cancel_project
from scenewire_cli.commands.endpoint import endpoint as print_endpoint
from scenewire_cli.commands.make import make as make_video
from scenewire_cli.commands.request import request as request_video
from scenewire_cli.commands.up import up as run_stack
from scenewire_cli.commands.watch import watch as watch_project
from scenewire_cli.commands.weights import weights_app
from scenewire_cli.music import MusicFile
from scenewire_cli.options import DataOption, JsonOption, NatsOption
from scenewire_cli.order import DEFAULT_TOPIC, SHAPES, Picture, build_order
from scenewire_cli.output.terminal import harmless, say, say_json
from scenewire_cli.running import EXIT_INTERRUPTED, run
from scenewire_cli.stack.data_folder import Home

__all__ = ["app", "main"]

EXIT_FAILED: Final = 1
EXIT_DATABASE: Final = 2

_TYPER_USAGE: Final = 2
"""Typer's exit code for wrong arguments; here 2 is the database's."""

_DATABASE_CODES: Final = {FailureCode.DATABASE_UNAVAILABLE, FailureCode.DATABASE_TOO_NEW}

app = typer.Typer(
    help="Turns a topic or a text into a narrated video.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

TopicArgument = Annotated[str | None, typer.Argument(help="What the video is about.", show_default=DEFAULT_TOPIC)]
TopicOption = Annotated[str | None, typer.Option("--topic", help="The same as an option.", show_default=DEFAULT_TOPIC)]
ScriptOption = Annotated[
    Path | None, typer.Option("--script", help="Your own words: a text file, or a JSON list of scenes.")
]
DurationOption = Annotated[
    float | None,
    typer.Option(
        "--duration",
        help="Wanted length in seconds.",
        show_default=f"{DEFAULT_DURATION:g}; your own words last as long as they take",
    ),
]
LanguageOption = Annotated[str, typer.Option("--language", help="Language of the narration, such as en or de.")]
LookOption = Annotated[
    str | None, typer.Option("--look", help=f"Shape of the picture: {', '.join(SHAPES)}.", show_default="landscape")
]
SizeOption = Annotated[
    str | None, typer.Option("--size", help="Width and height of the picture in pixels, in place of a look.")
]
FitOption = Annotated[
    str | None,
    typer.Option("--fit", help="Footage of another shape: cover (crop), pad (on black) or blur.", show_default="cover"),
]
CaptionsOption = Annotated[
    str | None,
    typer.Option("--captions", help="highlight, plain, box, karaoke, bold, or none.", show_default="highlight"),
]
TitleOption = Annotated[bool, typer.Option("--title/--no-title", help="Show the title over the first scene's footage.")]
RecordOption = Annotated[
    bool, typer.Option("--record/--no-record", help="Keep a record in the database; the video is the same without.")
]
TidyOption = Annotated[
    bool,
    typer.Option(
        "--tidy/--no-tidy",
        envvar="SCENEWIRE_TIDY",
        help="Once the film is on record, remove what only it was made of; changing one scene then costs all of them.",
    ),
]
VoiceOption = Annotated[str | None, typer.Option("--voice", help="The engine's name of a voice.")]
SpeedOption = Annotated[
    float | None, typer.Option("--speed", help="Of the speech, from 0.5 to 2; 1 is the voice's own.")
]
MusicOption = Annotated[
    Path | None, typer.Option("--music", help="Plays under the narration: an mp3, wav, flac, ogg or m4a.")
]
MusicGainOption = Annotated[
    float | None,
    typer.Option(
        "--music-gain", help="How much louder than the narration it is while nobody speaks, LU.", show_default="-10"
    ),
]
MusicDuckOption = Annotated[
    float | None,
    typer.Option("--music-duck", help="By how much it is lowered while somebody speaks, dB.", show_default="10"),
]


@app.command()
def make(
    topic_words: TopicArgument = None,
    *,
    topic: TopicOption = None,
    script: ScriptOption = None,
    duration: DurationOption = None,
    out: Annotated[Path, typer.Option("--out", help="Folder for the finished video.")] = Path("output"),
    language: LanguageOption = "en",
    voice: VoiceOption = None,
    speed: SpeedOption = None,
    look: LookOption = None,
    size: SizeOption = None,
    fit: FitOption = None,
    captions: CaptionsOption = None,
    title: TitleOption = True,
    music: MusicOption = None,
    music_gain: MusicGainOption = None,
    music_duck: MusicDuckOption = None,
    record: RecordOption = True,
    tidy: TidyOption = False,
    data: DataOption = None,
    nats: NatsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Makes one video: starts what is missing, orders, shows progress, says where the video is.

    A run that was killed goes on where it was when the same command is given again.
    """
    order = build_order(
        topic=_one_topic(topic_words, topic),
        duration=duration,
        script=script,
        language=language,
        voice=voice,
        speed=speed,
        picture=Picture(shape=look, size=size, fit=fit, captions=captions, title=title),
    )
    if tidy and (nats is not None or not record):
        message = "--tidy needs a record, and bus and workers of our own"
        raise typer.BadParameter(message)
    run(
        make_video(
            Home(data),
            order,
            out=out.absolute(),
            nats_url=nats,
            as_json=as_json,
            with_record=record,
            tidily=tidy,
            music=_music(music, music_gain, music_duck),
        )
    )


@app.command()
def up(
    *,
    nats_port: Annotated[
        int, typer.Option("--nats-port", min=-1, max=65_535, help="Where NATS listens; -1 takes any free port.")
    ] = 4222,
    record: RecordOption = True,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Runs everything embedded until it is stopped; any NATS client can order."""
    run(run_stack(Home(data), nats_port=nats_port, as_json=as_json, with_record=record))


@app.command()
def request(
    topic_words: TopicArgument = None,
    *,
    topic: TopicOption = None,
    script: ScriptOption = None,
    duration: DurationOption = None,
    language: LanguageOption = "en",
    voice: VoiceOption = None,
    speed: SpeedOption = None,
    look: LookOption = None,
    size: SizeOption = None,
    fit: FitOption = None,
    captions: CaptionsOption = None,
    title: TitleOption = True,
    music: MusicOption = None,
    music_gain: MusicGainOption = None,
    music_duck: MusicDuckOption = None,
    data: DataOption = None,
    nats: NatsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Orders a video from a running stack and prints the project's id."""
    order = build_order(
        topic=_one_topic(topic_words, topic),
        duration=duration,
        script=script,
        language=language,
        voice=voice,
        speed=speed,
        picture=Picture(shape=look, size=size, fit=fit, captions=captions, title=title),
    )
    wanted = _music(music, music_gain, music_duck)
    run(request_video(Home(data), order, nats_url=nats, as_json=as_json, music=wanted))


@app.command()
def watch(
    project_id: Annotated[str, typer.Argument(help="As `request` printed it.")],
    *,
    data: DataOption = None,
    nats: NatsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Follows a project until it has ended."""
    run(watch_project(Home(data), project_id, nats_url=nats, as_json=as_json))


@app.command()
def cancel(
    project_id: Annotated[str, typer.Argument(help="As `request` printed it.")],
    *,
    reason: Annotated[str, typer.Option("--reason", help="For the record.")] = "",
    data: DataOption = None,
    nats: NatsOption = None,
) -> None:
    """Calls a project off: nobody works for it any longer."""
    run(cancel_project(Home(data), project_id, reason=reason, nats_url=nats))


@app.command()
def endpoint(*, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Prints the address of a running stack's bus, with its password, for other NATS clients."""
    run(print_endpoint(Home(data), as_json=as_json))


@app.command()
def doctor(*, data: DataOption = None, nats: NatsOption = None, as_json: JsonOption = False) -> None:
    """Says for each stage what would be used, what is missing and what to do."""
    from scenewire_cli.commands.doctor import examine  # noqa: PLC0415 - probes programs; no other command needs it

    run(examine(Home(data), nats_url=nats, as_json=as_json))


records.register(app)
app.add_typer(weights_app, name="weights")


def _version(wanted: bool) -> None:  # noqa: FBT001 - a callback of typer
    if wanted:
        try:
            say(importlib.metadata.version("scenewire"))
        except importlib.metadata.PackageNotFoundError:
            say("not installed")
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
    """The command; never returns."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that is not UTF-8 shows what it can
    try:
        app()
    except SystemExit as stop:
        sys.exit(EXIT_FAILED if stop.code == _TYPER_USAGE else stop.code)
    except PipelineError as error:
        _complain(error)
        sys.exit(EXIT_DATABASE if error.code in _DATABASE_CODES else EXIT_FAILED)
    except BrokenPipeError:  # `| head` has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(EXIT_FAILED)
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)


def _music(path: Path | None, gain: float | None, duck: float | None) -> MusicFile | None:
    if path is None and (gain is not None or duck is not None):
        message = "--music-gain and --music-duck need --music"
        raise typer.BadParameter(message)
    return MusicFile(path, gain, duck) if path is not None else None


def _one_topic(words: str | None, option: str | None) -> str | None:
    if words is not None and option is not None and words != option:
        message = "the topic is given twice, and differently"
        raise typer.BadParameter(message)
    return words if words is not None else option


def _complain(error: PipelineError) -> None:
    if "--json" in sys.argv:
        say_json({"event": "error", "code": error.code, "message": error.message, "hint": error.hint})
    console = Console(stderr=True, soft_wrap=True)
    console.print(Text(f"error: {harmless(error.message)}", style="bold red"))
    if error.hint:
        console.print(Text(f"  {harmless(error.hint)}"))
