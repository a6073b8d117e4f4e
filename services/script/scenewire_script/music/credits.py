"""Credits of a piece of music, from the JSON file beside it."""

import json
from pathlib import Path
from typing import Any, Final

__all__ = ["read_credits", "sidecar_of"]

_MAX_SIDECAR_BYTES: Final = 64 << 10
_FIELDS: Final = ("title", "creator", "licence", "source_url")


def sidecar_of(path: Path) -> Path:
    """Returns the place of the credits of a file."""
    return path.with_suffix(".json")


def read_credits(path: Path) -> dict[str, Any]:
    """Reads title, creator, licence and address, unchecked; without a title, the file's name takes its place.

    Raises:
        OSError: the sidecar cannot be read.
        ValueError: it is not JSON, or not an object.
        RecursionError: it is nested too deeply.
    """
    sidecar = sidecar_of(path)
    credits_of_file: dict[str, Any] = {"title": path.stem}
    if sidecar.is_file():
        with sidecar.open("rb") as file:
            content = json.loads(file.read(_MAX_SIDECAR_BYTES).decode("utf-8-sig"))
        if not isinstance(content, dict):
            message = 'it is not a JSON object such as {"title": "…", "creator": "…", "licence": "…"}'
            raise TypeError(message)
        credits_of_file |= {name: content[name] for name in _FIELDS if name in content}
    return credits_of_file
