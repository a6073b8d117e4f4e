"""Builds an order from the command line. Every mistake is found here, before anything starts."""

from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import ScriptRequested, fault_wording, root_faults
from scenewire_cli.ordering.files.background import background_colour
from scenewire_cli.ordering.files.checks import is_there
from scenewire_cli.ordering.files.media import MediaItem, take_media
from scenewire_cli.ordering.files.music import music_by_mood
from scenewire_cli.ordering.files.narration import NarrationItem, take_narrations
from scenewire_cli.ordering.files.order_files import OrderFiles, order_files
from scenewire_cli.ordering.order_options import DEFAULT_TOPIC, SHAPES, OrderOptions
from scenewire_cli.ordering.script_file import read_script

__all__ = ["build_order", "read_order"]

_OPTIONS: Final = {
    "target_duration": "--duration",
    "language": "--language",
    "voice": "--voice",
    "speed": "--speed",
    "budget": "--budget",
    "look": "--size",
    "footage_providers": "--footage",
}
"""Options by the field of the order that they fill."""

_MAX_FAULTS: Final = 5
"""Faults that an error message lists: a script may have one in every scene."""

_SHAPES: Final = " or ".join(", ".join(SHAPES).rsplit(", ", 1))


def build_order(options: OrderOptions) -> ScriptRequested:
    """Returns the order, without a project id and without files.

    Raises:
        PermanentError: `invalid_order`, with what to correct.
    """
    return read_order(options)[0]


def read_order(options: OrderOptions) -> tuple[ScriptRequested, OrderFiles]:
    """Returns the order, without a project id, and the files to add to it.

    Raises:
        PermanentError: `invalid_order`, with what to correct.
    """
    media: tuple[MediaItem, ...] = ()
    narrations: tuple[NarrationItem, ...] = ()
    fields: dict[str, Any] = {
        "target_duration": options.duration,
        "language": options.language,
        "title": options.title,
        "speak_headings": options.speak_headings,
        "speed": options.speed,
        "budget": options.budget,
        "look": _look(options),
        "footage_providers": _footage(options.footage),
        "music": music_by_mood(options),
    }
    fields |= _voices(options.voice)
    if options.approve:
        fields["approve"] = True
    topic = _topic(options)
    if topic is not None:
        fields["topic"] = topic
    elif options.script is None:
        fields["topic"] = DEFAULT_TOPIC
    if options.script is not None:
        script = read_script(options.script)
        media = take_media(script, options.script.parent)
        narrations = take_narrations(script, options.script.parent)
        fields = script | {name: value for name, value in fields.items() if value is not None or name not in script}
    files = order_files(options, media, narrations)
    try:
        return ScriptRequested.model_validate(fields), files
    except ValidationError as error:
        faults = [_describe(fault) for fault in root_faults(error)]
        more = f"; and {len(faults) - _MAX_FAULTS} more" if len(faults) > _MAX_FAULTS else ""
        raise _refused("; ".join(faults[:_MAX_FAULTS]) + more, "see `scenewire make --help`") from error


def _voices(option: str | None) -> dict[str, Any]:
    """Reads one voice, or the voices of speakers: `narrator=af_sky,host=am_adam`."""
    if option is None or "=" not in option:
        return {"voice": option}
    pairs = [part.partition("=") for part in option.split(",")]
    if not all(name.strip() and voice.strip() for name, _, voice in pairs):
        raise _refused(f"--voice: {option!r} is not a list of SPEAKER=VOICE", "write narrator=af_sky,host=am_adam")
    return {"voices": {name.strip(): voice.strip() for name, _, voice in pairs}}


def _footage(option: str | None) -> list[str] | None:
    """Reads names of footage servers, separated by commas."""
    if option is None:
        return None
    names = [name.strip() for name in option.split(",") if name.strip()]
    if not names:
        raise _refused("--footage names no footage server", "see `scenewire doctor` for their names")
    return names


def _topic(options: OrderOptions) -> str | None:
    if options.words is not None and options.topic is not None and options.words != options.topic:
        raise _refused("--topic and the TOPIC argument differ", "pass only one of them")
    topic = options.topic if options.words is None else options.words
    if topic is not None and not topic.strip():
        raise _refused("the topic is empty", 'name what the video is about, such as "The Suez Canal"')
    return topic


def _describe(fault: ErrorDetails) -> str:
    """Describes a fault by the option, or the scene of the script, that caused it."""
    wording = fault_wording(fault)
    match fault["loc"]:
        case ("language", *_):
            return f"--language: {fault['input']!r} is not a language tag such as en, de or pt-BR"
        case ("music", "gain" | "duck" as name):
            return f"--music-{name}: {wording}"
        case ("music", "mood"):
            return f"--music: {fault['input']!r} is neither a file nor the name of a mood such as calm"
        case ("look", "caption_style"):
            return f"--captions: {wording.replace(' or ', ', ')} or 'none'"
        case ("look", "frame_rate" | "fit" | "caption_position" | "caption_case" as name):
            return f"--{name.replace('_', '-')}: {wording}"
        case ("scenes", int(index), *rest):
            return f"scene {index + 1} of the script: {' '.join(map(str, rest))} {wording}"
        case (str(name), *rest):
            return f"{' '.join([_OPTIONS.get(name, name), *map(str, rest)])}: {wording}"
        case _:
            return wording


def _look(options: OrderOptions) -> dict[str, Any]:
    if options.look is not None and options.size is not None:
        raise _refused("--look and --size exclude each other", "pass only one of them")
    if options.look is not None and options.look not in SHAPES:
        raise _refused(f"--look must be {_SHAPES}, not {options.look!r}", "for any other shape, use --size")
    look: dict[str, Any] = _parse_size(options.size or SHAPES[options.look or "landscape"])
    look |= {
        "title": not options.no_title,
        "closing": not options.no_closing,
        "credit_tags": not options.no_credit_tags,
    }
    named = {
        "frame_rate": options.frame_rate,
        "fit": options.fit,
        "background": background_colour(options.background),
        "caption_position": options.caption_position,
        "caption_case": options.caption_case,
    }
    look |= {name: value for name, value in named.items() if value is not None}
    if options.theme is not None:
        look |= _theme(options.theme)
    if options.captions == "none":
        look["captions"] = False
    elif options.captions is not None:
        look["caption_style"] = options.captions
    return look


def _theme(theme: str) -> dict[str, str]:
    from scenewire_assembly.looks.own_theme import THEMES, read_theme

    if theme in THEMES:
        return {"theme": theme}
    if not (is_there(Path(theme)) and Path(theme).is_file()):
        known = f"{', '.join(THEMES[:-1])} or {THEMES[-1]}"
        raise _refused(f"--theme must be {known}, or a file, not {theme!r}", "docs/looks.md has an example of a theme")
    return {"own_theme": read_theme(Path(theme))}


def _parse_size(size: str) -> dict[str, int]:
    width, separator, height = size.lower().partition("x")
    if not (separator and width.isdecimal() and height.isdecimal()):
        raise _refused(f"--size must be WIDTHxHEIGHT, not {size!r}", f"write it like {SHAPES['landscape']}")
    return {"width": int(width), "height": int(height)}


def _refused(message: str, hint: str) -> PermanentError:
    return PermanentError(FailureCode.INVALID_ORDER, message, hint=hint)
