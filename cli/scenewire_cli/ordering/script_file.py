"""Reads the file of `--script`: a text to narrate, or scenes or a whole order in JSON."""

import json
import re
import sys
from pathlib import Path
from typing import Any, Final

from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import MAX_TEXT_CHARACTERS
from scenewire.text.decoding import decode

__all__ = ["read_script"]

_MAX_BYTES: Final = 4 * MAX_TEXT_CHARACTERS
_STANDARD_INPUT: Final = Path("-")
_JSON_LINES: Final = frozenset({".jsonl", ".ndjson"})
_FENCE: Final = re.compile(r"\A\s*```(?:json)?[ \t]*\n(.*)\n```\s*\Z", re.DOTALL)
_JSON_HEAD: Final = re.compile(r'\s*(?:\{\s*"[^"\n]{1,60}"\s*:|\[\s*\{\s*")')
"""The beginning of an order or of scenes, which is JSON even with a mistake further down."""

_SCENES_EXAMPLE: Final = 'write [{"sceneNumber": 1, "text": "…"}, …]'


def read_script(path: Path) -> dict[str, Any]:
    """Returns the fields of an order that a script file holds.

    Args:
        path: a file, or `-` for standard input. The format is recognised by its name and content.

    Raises:
        PermanentError: `invalid_order`, the file cannot be used, with the reason.
    """
    text = _read_text(path)
    if path.suffix.lower() in _JSON_LINES:
        return {"scenes": _parse_lines(path, text)}
    json_text = _FENCE.sub(r"\1", text)
    if path.suffix.lower() == ".json" or _is_json(json_text):
        return _parse_order(path, json_text)
    if len(text) > MAX_TEXT_CHARACTERS:
        raise _too_long(path, f"{len(text):,} characters")
    return {"text": text}


def _read_text(path: Path) -> str:
    try:
        if path == _STANDARD_INPUT:
            raw = sys.stdin.buffer.read(_MAX_BYTES + 1)
            size = len(raw)
        else:
            size = path.stat().st_size
            raw = path.read_bytes() if size <= _MAX_BYTES else b""
    except OSError as error:
        raise _refused(f"--script: cannot read {path}: {error.strerror}", "check the path") from error
    if size > _MAX_BYTES:
        raise _too_long(path, f"{size / 1e6:.1f} MB")
    text = decode(raw)
    if text is None:
        raise _refused(f"--script: {path} is a binary file", "pass a text, Markdown, HTML, subtitle or JSON file")
    if not any(character.isalnum() for character in text):
        raise _refused(f"--script: {path} has no words", "write the text to narrate into it")
    return text


def _is_json(text: str) -> bool:
    """Whether a text is a list or an object in JSON, be it with mistakes; `[harbour at dawn]` is a direction."""
    if _JSON_HEAD.match(text):
        return True
    if text.lstrip()[:1] not in {"[", "{"}:
        return False
    try:
        return isinstance(json.loads(text), (list, dict))
    except (ValueError, RecursionError):
        return False


def _parse_order(path: Path, text: str) -> dict[str, Any]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _refused(f"--script: {path} is not JSON: {error}", "correct it, or save it as .txt") from error
    if isinstance(content, dict):
        return content
    if not isinstance(content, list) or not content:
        raise _refused(f"--script: {path} has no list of scenes", _SCENES_EXAMPLE)
    return {"scenes": content}


def _parse_lines(path: Path, text: str) -> list[Any]:
    scenes: list[Any] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            scenes.append(json.loads(line))
        except (ValueError, RecursionError) as error:
            raise _refused(
                f"--script: line {number} of {path} is not JSON: {error}", "write one scene on each line"
            ) from error
    return scenes


def _too_long(path: Path, length: str) -> PermanentError:
    limit = f"the limit is {MAX_TEXT_CHARACTERS:,} characters per video"
    return _refused(f"--script: {path} has {length}; {limit}", "split it into several videos")


def _refused(message: str, hint: str) -> PermanentError:
    return PermanentError(FailureCode.INVALID_ORDER, message, hint=hint)
