"""How the command says in words what is data elsewhere."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from pydantic_core import ErrorDetails

__all__ = ["fault_wording", "loudness_wording", "music_wording", "picture_wording", "place", "shortened"]

_OTHERS: Final = {"missing": "is missing", "extra_forbidden": "is not known"}


def fault_wording(fault: ErrorDetails) -> str:
    """One fault of a `ValidationError` without the validator's own words around it."""
    said = _OTHERS.get(fault["type"], fault["msg"])
    return said.removeprefix("Value error, ").replace("Input should be", "must be", 1)


def picture_wording(look: Mapping[str, Any]) -> str:
    """What a `Look` is, such as `1080x1920, 30 frames a second, captions bold, footage blur`."""
    parts = [
        f"{look['width']}x{look['height']}",
        f"{look['frame_rate']} frames a second",
        f"captions {look['caption_style']}" if look["captions"] else "no captions",
        f"footage {look['fit']}",
    ]
    return ", ".join(parts if look["title"] else [*parts, "no title"])


def music_wording(music: Mapping[str, Any]) -> str:
    """What is known of a piece, such as `“Leaf” by A. Player (CC BY 4.0)`."""
    title = f"“{music['title']}”" if music["title"] else "a piece without a title"
    by = f" by {music['creator']}" if music["creator"] else ""
    return f"{title}{by} ({music['licence'] or 'licence not stated'})"


def loudness_wording(measured: Mapping[str, Any]) -> str:
    """Loudness and peak of a film by the names `loudness_lufs` and `true_peak_dbtp`."""
    return f"{measured['loudness_lufs']:.1f} LUFS, peak {measured['true_peak_dbtp']:.1f} dBTP"


def shortened(text: str, characters: int) -> str:
    """The text, cut to a number of characters with an ellipsis as the last."""
    return text if len(text) <= characters else f"{text[: characters - 1].rstrip()}…"


def place(artifacts_url: str | None, key: str) -> str:
    """Where a stored file lies: its path in a folder, its address in a bucket; its key alone when nobody knows."""
    if artifacts_url is None:
        return key
    parts = urlsplit(artifacts_url)
    return str(Path(unquote(parts.path)) / key) if parts.scheme == "file" else f"{artifacts_url.rstrip('/')}/{key}"
