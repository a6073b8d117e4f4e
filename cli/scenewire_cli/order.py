"""Builds an order from the command line. Every mistake is found here, before anything starts."""

import json
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import MAX_TEXT_CHARACTERS, ScriptRequested, fault_wording, root_faults
from scenewire_cli.order_options import DEFAULT_TOPIC, SHAPES, OrderOptions

__all__ = ["build_order"]

_OPTIONS: Final = {
    "target_duration": "--duration",
    "language": "--language",
    "voice": "--voice",
    "speed": "--speed",
    "look": "--size",
}
"""Options by the field of the order that they fill."""

_MAX_FAULTS: Final = 5
"""Faults that an error message lists: a script may have one in every scene."""

_MAX_SCRIPT_BYTES: Final = 4 * MAX_TEXT_CHARACTERS

_SHAPES: Final = " or ".join(", ".join(SHAPES).rsplit(", ", 1))

_SCENES_EXAMPLE: Final = 'write [{"sceneNumber": 1, "text": "…"}, …]'


def build_order(options: OrderOptions) -> ScriptRequested:
    """Returns the order, without a project id and without music.

    Raises:
        PermanentError: `invalid_order`, with what to correct.
    """
    fields: dict[str, Any] = {
        "target_duration": options.duration,
        "language": options.language,
        "voice": options.voice,
        "speed": options.speed,
        "look": _look(options),
    }
    topic = _topic(options)
    if topic is not None:
        fields["topic"] = topic
    elif options.script is None:
        fields["topic"] = DEFAULT_TOPIC
    if options.script is not None:
        fields |= _read_script(options.script)
    try:
        return ScriptRequested.model_validate(fields)
    except ValidationError as error:
        faults = [_describe(fault) for fault in root_faults(error)]
        more = f"; and {len(faults) - _MAX_FAULTS} more" if len(faults) > _MAX_FAULTS else ""
        raise _refused("; ".join(faults[:_MAX_FAULTS]) + more, "see `scenewire make --help`") from error


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
        case ("look", "caption_style"):
            return f"--captions: {wording.replace(' or ', ', ')} or 'none'"
        case ("look", "fit"):
            return f"--fit: {wording}"
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
    look["title"] = options.title
    if options.fit is not None:
        look["fit"] = options.fit
    if options.captions == "none":
        look["captions"] = False
    elif options.captions is not None:
        look["caption_style"] = options.captions
    return look


def _parse_size(size: str) -> dict[str, int]:
    width, separator, height = size.lower().partition("x")
    if not (separator and width.isdecimal() and height.isdecimal()):
        raise _refused(f"--size must be WIDTHxHEIGHT, not {size!r}", f"write it like {SHAPES['landscape']}")
    return {"width": int(width), "height": int(height)}


def _read_script(path: Path) -> dict[str, Any]:
    """Reads a text to narrate, or a JSON file of scenes."""
    try:
        size = path.stat().st_size
        if size > _MAX_SCRIPT_BYTES:
            raise _too_long(path, f"{size / 1e6:.1f} MB")
        raw = path.read_bytes()
    except OSError as error:
        raise _refused(f"--script: cannot read {path}: {error.strerror}", "check the path") from error
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refused(f"--script: {path} is not text in UTF-8", "save it as plain text in UTF-8") from error
    if "\0" in text:
        raise _refused(f"--script: {path} is a binary file", "pass a plain text or JSON file")
    if not any(character.isalnum() for character in text):
        raise _refused(f"--script: {path} has no words", "write the text to narrate into it")
    if path.suffix == ".json":
        return _parse_scenes(path, text)
    if len(text) > MAX_TEXT_CHARACTERS:
        raise _too_long(path, f"{len(text):,} characters")
    return {"text": text}


def _parse_scenes(path: Path, text: str) -> dict[str, Any]:
    try:
        scenes = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _refused(f"--script: {path} is not JSON: {error}", "correct it, or save it as .txt") from error
    if isinstance(scenes, dict):
        scenes = scenes.get("scenes")
    if not isinstance(scenes, list) or not scenes:
        raise _refused(f"--script: {path} has no list of scenes", _SCENES_EXAMPLE)
    return {"scenes": scenes}


def _too_long(path: Path, length: str) -> PermanentError:
    limit = f"the limit is {MAX_TEXT_CHARACTERS:,} characters per video"
    return _refused(f"--script: {path} has {length}; {limit}", "split it into several videos")


def _refused(message: str, hint: str) -> PermanentError:
    return PermanentError(FailureCode.INVALID_ORDER, message, hint=hint)
