"""An order from what was typed: every mistake is found here, before anything starts."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import MAX_TEXT_CHARACTERS, ScriptRequested
from scenewire_cli.output.formatting import fault_wording

__all__ = ["DEFAULT_TOPIC", "SHAPES", "Picture", "build_order"]

DEFAULT_TOPIC: Final = "Russian invasion of Ukraine"

SHAPES: Final = {"landscape": "1920x1080", "portrait": "1080x1920", "square": "1080x1080"}
"""What looks are called, and their sizes."""

_OPTIONS: Final = {
    "target_duration": "--duration",
    "language": "--language",
    "voice": "--voice",
    "speed": "--speed",
    "look": "--size",
}
"""What the customer typed for a field."""

_FAULTS_TOLD: Final = 5
"""A script with one mistake in every scene does not fill the terminal."""

_MAX_SCRIPT_BYTES: Final = 4 * MAX_TEXT_CHARACTERS


@dataclass(frozen=True, kw_only=True)
class Picture:
    """What was typed about the picture; None leaves it to the product."""

    shape: str | None = None
    """One of SHAPES."""
    size: str | None = None
    """Such as 1920x1080; takes the place of a shape."""
    fit: str | None = None
    captions: str | None = None
    """A style, or `none`."""
    title: bool = True


def build_order(
    *,
    topic: str | None,
    duration: float | None,
    script: Path | None,
    language: str = "en",
    voice: str | None = None,
    speed: float | None = None,
    picture: Picture | None = None,
) -> ScriptRequested:
    """The order, without a project id.

    Raises:
        PermanentError: `invalid_order`, with what to correct.
    """
    fields: dict[str, Any] = {
        "target_duration": duration,
        "language": language,
        "voice": voice,
        "speed": speed,
        "look": _read_look(picture or Picture()),
    }
    if topic is not None:
        fields["topic"] = topic
    elif script is None:
        fields["topic"] = DEFAULT_TOPIC
    if topic is not None and not topic.strip():
        raise _refused("the topic is empty", "say what the video is about")
    if script is not None:
        fields |= _read_script(script)
    try:
        return ScriptRequested.model_validate(fields)
    except ValidationError as error:
        faults = [_complaint(fault) for fault in error.errors(include_url=False)]
        more = f"; and {len(faults) - _FAULTS_TOLD} more" if len(faults) > _FAULTS_TOLD else ""
        raise _refused("; ".join(faults[:_FAULTS_TOLD]) + more, "see `scenewire make --help`") from error


def _complaint(fault: ErrorDetails) -> str:
    """A fault by the name of what was typed."""
    said = fault_wording(fault)
    match fault["loc"]:
        case ("language", *_):
            return f"--language: {fault['input']!r} is no language tag such as en, de or pt-BR"
        case ("look", "caption_style"):
            return f"--captions: {said.replace(' or ', ', ')} or 'none'"
        case ("look", "fit"):
            return f"--fit: {said}"
        case ("scenes", int(place), *rest):
            return f"scene {place + 1} of the script: {' '.join(map(str, rest))} {said}"
        case (str(name), *rest):
            return f"{' '.join([_OPTIONS.get(name, name), *map(str, rest)])}: {said}"
        case _:
            return said


def _read_look(picture: Picture) -> dict[str, Any]:
    if picture.shape is not None and picture.size is not None:
        raise _refused("--look and --size are both given", "give one of them")
    if picture.shape is not None and picture.shape not in SHAPES:
        raise _refused(f"--look: {picture.shape!r} is no look", f"take one of {', '.join(SHAPES)}, or give --size")
    look: dict[str, Any] = _read_size(picture.size or SHAPES[picture.shape or "landscape"])
    look["title"] = picture.title
    if picture.fit is not None:
        look["fit"] = picture.fit
    if picture.captions == "none":
        look["captions"] = False
    elif picture.captions is not None:
        look["caption_style"] = picture.captions
    return look


def _read_size(size: str) -> dict[str, int]:
    width, times, height = size.lower().partition("x")
    if not (times and width.isdecimal() and height.isdecimal()):
        raise _refused(f"--size: {size!r} is no size", f"write it like {SHAPES['landscape']}")
    return {"width": int(width), "height": int(height)}


def _read_script(path: Path) -> dict[str, Any]:
    """A text to be narrated, or a JSON file of scenes."""
    try:
        if path.stat().st_size > _MAX_SCRIPT_BYTES:
            raise _refused(
                f"the script {path} has {path.stat().st_size / 1e6:.1f} MB; a film's text has at most "
                f"{MAX_TEXT_CHARACTERS:,} characters",
                "divide it into several films",
            )
        raw = path.read_bytes()
    except OSError as error:
        raise _refused(f"cannot read the script {path}: {error.strerror}", "check the name") from error
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refused(f"the script {path} is not text in UTF-8", "save it as plain text") from error
    if "\0" in text:
        raise _refused(f"the script {path} is a binary file", "give a plain text or JSON file")
    if not any(character.isalnum() for character in text):
        raise _refused(f"the script {path} holds no words", "write what is to be spoken")
    if path.suffix == ".json":
        return _read_scenes(path, text)
    if len(text) > MAX_TEXT_CHARACTERS:
        raise _refused(
            f"the script {path} has {len(text):,} characters; at most {MAX_TEXT_CHARACTERS:,} are possible",
            "divide it into several films",
        )
    return {"text": text}


def _read_scenes(path: Path, text: str) -> dict[str, Any]:
    try:
        scenes = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _refused(f"the script {path} is not JSON: {error}", "correct it, or save it as .txt") from error
    if isinstance(scenes, dict):
        scenes = scenes.get("scenes")
    if not isinstance(scenes, list) or not scenes:
        raise _refused(f"the script {path} holds no list of scenes", 'write [{"sceneNumber": 1, "text": "…"}, …]')
    return {"scenes": scenes}


def _refused(message: str, hint: str) -> PermanentError:
    return PermanentError(FailureCode.INVALID_ORDER, message, hint=hint)
