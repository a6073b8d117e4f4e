"""The options that describe a video, declared once for every command that orders one."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import typer

from scenewire.messages import DEFAULT_DURATION

__all__ = [
    "DEFAULT_TOPIC",
    "SHAPES",
    "BackgroundOption",
    "CaptionCaseOption",
    "CaptionPositionOption",
    "CaptionsOption",
    "FitOption",
    "FootageOption",
    "LookOption",
    "MusicDuckOption",
    "MusicGainOption",
    "MusicOption",
    "OrderOptions",
    "SizeOption",
    "SpeedOption",
    "ThemeOption",
    "VoiceOption",
]

DEFAULT_TOPIC: Final = "Russian invasion of Ukraine"

SHAPES: Final = {"landscape": "1920x1080", "portrait": "1080x1920", "square": "1080x1080"}
"""Values of `--look` and their sizes in pixels."""

_CONTENT: Final = "Content"
_VOICE: Final = "Voice"
_PICTURE: Final = "Picture"
_MUSIC: Final = "Music"

VoiceOption = Annotated[
    str | None,
    typer.Option(
        "--voice",
        metavar="NAME",
        help="Voice of the speech engine, such as en-us+f3 (espeak) or af_sky (Kokoro); or voices of the speakers of a "
        "script, such as narrator=af_sky,host=am_adam. none makes a video to read, without a voice.",
        show_default="the language's own",
        rich_help_panel=_VOICE,
    ),
]
SpeedOption = Annotated[
    float | None,
    typer.Option(
        "--speed",
        metavar="FACTOR",
        help="Speaking rate, 0.5 to 2 times the voice's own.",
        show_default="1",
        rich_help_panel=_VOICE,
    ),
]
LookOption = Annotated[
    str | None,
    typer.Option(
        "--look",
        metavar="SHAPE",
        help=f"Shape of the picture: {', '.join(f'{name} ({size})' for name, size in SHAPES.items())}.",
        show_default="landscape",
        rich_help_panel=_PICTURE,
    ),
]
SizeOption = Annotated[
    str | None,
    typer.Option(
        "--size",
        metavar="WIDTHxHEIGHT",
        help="Size of the picture in pixels, instead of --look.",
        rich_help_panel=_PICTURE,
    ),
]
FootageOption = Annotated[
    str | None,
    typer.Option(
        "--footage",
        metavar="NAMES",
        help="Footage servers to search, in order of preference, such as library,commons; open stands for the archives "
        "without a key.",
        show_default="library, and archives whose key is set",
        rich_help_panel=_PICTURE,
    ),
]
FitOption = Annotated[
    str | None,
    typer.Option(
        "--fit",
        metavar="MODE",
        help="How footage of another shape fills the picture: cover (crop), pad (black bars) or blur (blurred bars).",
        show_default="cover",
        rich_help_panel=_PICTURE,
    ),
]
ThemeOption = Annotated[
    str | None,
    typer.Option(
        "--theme",
        metavar="NAME|FILE",
        help="Theme of scenes without footage: atlas, poster, grid, press, or a file with one of your own.",
        show_default="atlas",
        rich_help_panel=_PICTURE,
    ),
]
BackgroundOption = Annotated[
    str | None,
    typer.Option(
        "--background",
        metavar="COLOUR|FILE",
        help="What scenes without footage show in place of designs: a colour such as '#203040' or navy, a picture or a video.",
        rich_help_panel=_PICTURE,
    ),
]
CaptionsOption = Annotated[
    str | None,
    typer.Option(
        "--captions",
        metavar="STYLE",
        help="Style of the captions: clean, pop, box, karaoke, minimal or none.",
        show_default="pop in upright pictures, else clean",
        rich_help_panel=_PICTURE,
    ),
]
CaptionPositionOption = Annotated[
    str | None,
    typer.Option(
        "--caption-position",
        metavar="PLACE",
        help="Where captions stand over footage: top, middle or bottom.",
        show_default="bottom",
        rich_help_panel=_PICTURE,
    ),
]
CaptionCaseOption = Annotated[
    str | None,
    typer.Option(
        "--caption-case",
        metavar="CASE",
        help="Letters of the captions: asis, or upper for capitals (Latin, Greek and Cyrillic).",
        show_default="asis",
        rich_help_panel=_PICTURE,
    ),
]
MusicOption = Annotated[
    str | None,
    typer.Option(
        "--music",
        metavar="MOOD|FILE",
        help="Background music: a mood such as calm (see `scenewire music`), or an mp3, wav, flac, ogg, opus or m4a file.",
        rich_help_panel=_MUSIC,
    ),
]
MusicGainOption = Annotated[
    float | None,
    typer.Option(
        "--music-gain",
        metavar="LU",
        help="Loudness of the music relative to the narration while nobody speaks.",
        show_default="-10",
        rich_help_panel=_MUSIC,
    ),
]
MusicDuckOption = Annotated[
    float | None,
    typer.Option(
        "--music-duck",
        metavar="DB",
        help="How far the music is lowered while somebody speaks.",
        show_default="10",
        rich_help_panel=_MUSIC,
    ),
]


@dataclass(frozen=True, kw_only=True)
class OrderOptions:
    """A video as the command line describes it; None leaves a choice to the services."""

    words: Annotated[
        str | None,
        typer.Argument(metavar="TOPIC", help="What the video is about.", show_default=DEFAULT_TOPIC),
    ] = None
    topic: Annotated[
        str | None,
        typer.Option("--topic", metavar="TEXT", help="The topic as an option.", rich_help_panel=_CONTENT),
    ] = None
    script: Annotated[
        Path | None,
        typer.Option(
            "--script",
            metavar="FILE",
            help="Narrate this script, or - for standard input: text, Markdown, HTML, SSML, subtitles, a screenplay, or "
            "scenes in JSON.",
            rich_help_panel=_CONTENT,
        ),
    ] = None
    title: Annotated[
        str | None,
        typer.Option(
            "--title",
            metavar="TEXT",
            help="Title of the video.",
            show_default="that of the script",
            rich_help_panel=_CONTENT,
        ),
    ] = None
    speak_headings: Annotated[
        bool,
        typer.Option("--speak-headings", help="Speak the headings of the script, too.", rich_help_panel=_CONTENT),
    ] = False
    duration: Annotated[
        float | None,
        typer.Option(
            "--duration",
            metavar="SECONDS",
            help="Target length of the video.",
            show_default=f"{DEFAULT_DURATION:g}; with --script, as long as the narration takes",
            rich_help_panel=_CONTENT,
        ),
    ] = None
    budget: Annotated[
        float | None,
        typer.Option(
            "--budget",
            metavar="MONEY",
            help="Most that paid providers may cost, in the currency of the configured prices; see docs/costs.md.",
            rich_help_panel=_CONTENT,
        ),
    ] = None
    approve: Annotated[
        bool,
        typer.Option(
            "--approve",
            help="Make no picture before `scenewire approve`, or a person on the pages, has approved the storyboard.",
            rich_help_panel=_CONTENT,
        ),
    ] = False
    language: Annotated[
        str | None,
        typer.Option(
            "--language",
            metavar="TAG",
            help="Language of the narration, such as en, de or fr.",
            show_default="detected",
            rich_help_panel=_VOICE,
        ),
    ] = None
    voice: VoiceOption = None
    speed: SpeedOption = None
    narration: Annotated[
        Path | None,
        typer.Option(
            "--narration",
            metavar="FOLDER",
            help="Recordings that narrate scenes in place of a voice, by name: 03*.wav in scene 3.",
            rich_help_panel=_VOICE,
        ),
    ] = None
    look: LookOption = None
    size: SizeOption = None
    frame_rate: Annotated[
        int | None,
        typer.Option(
            "--frame-rate",
            metavar="NUMBER",
            help="Frames per second: 24, 25, 30, 50 or 60.",
            show_default="30",
            rich_help_panel=_PICTURE,
        ),
    ] = None
    footage: FootageOption = None
    media: Annotated[
        Path | None,
        typer.Option(
            "--media",
            metavar="FOLDER",
            help="Clips and pictures that scenes show, by name: 03*.jpg in scene 3; those without a number in order.",
            rich_help_panel=_PICTURE,
        ),
    ] = None
    fit: FitOption = None
    theme: ThemeOption = None
    background: BackgroundOption = None
    captions: CaptionsOption = None
    caption_position: CaptionPositionOption = None
    caption_case: CaptionCaseOption = None
    no_title: Annotated[
        bool,
        typer.Option("--no-title", help="Don't show the title over the first scene.", rich_help_panel=_PICTURE),
    ] = False
    no_closing: Annotated[
        bool,
        typer.Option(
            "--no-closing",
            help="End with the last word, without a card that names the credits.",
            rich_help_panel=_PICTURE,
        ),
    ] = False
    no_credit_tags: Annotated[
        bool,
        typer.Option(
            "--no-credit-tags",
            help="Don't name creator and licence over footage.",
            rich_help_panel=_PICTURE,
        ),
    ] = False
    music: MusicOption = None
    music_gain: MusicGainOption = None
    music_duck: MusicDuckOption = None
