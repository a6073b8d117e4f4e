"""Formats values as text for people."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from scenewire.messages import Look

__all__ = ["artifact_location", "encoder_wording", "loudness_wording", "music_wording", "picture_wording", "shortened"]

_SILENCE_LUFS: Final = -70
"""What the meter reads where there is no sound."""


def picture_wording(stored: Mapping[str, Any]) -> str:
    """Formats a `Look`, such as `1080x1920, 30 frames per second, captions pop, footage blur`."""
    look = Look.model_validate(stored)
    parts = [
        f"{look.width}x{look.height}",
        f"{look.frame_rate} frames per second",
        f"captions {look.style_of_captions}" if look.captions else "no captions",
        f"footage {look.fit}",
    ]
    return ", ".join(parts if look.title else [*parts, "no title"])


def music_wording(music: Mapping[str, Any]) -> str:
    """Formats the credit of a piece of music, such as `“Leaf” by A. Player (CC BY 4.0)`."""
    title = f"“{music['title']}”" if music["title"] else "untitled music"
    by = f" by {music['creator']}" if music["creator"] else ""
    return f"{title}{by} ({music['licence'] or 'licence unknown'})"


def encoder_wording(made: Mapping[str, Any]) -> str:
    """Formats the values `encoder` and `device` of a video."""
    return f"{made['encoder']} on {made['device']}" if made["device"] not in ("", "cpu") else str(made["encoder"])


def loudness_wording(measured: Mapping[str, Any]) -> str:
    """Formats the values `loudness_lufs` and `true_peak_dbtp` of a video."""
    if measured["loudness_lufs"] <= _SILENCE_LUFS:
        return "silent"
    return f"{measured['loudness_lufs']:.1f} LUFS, peak {measured['true_peak_dbtp']:.1f} dBTP"


def shortened(text: str, characters: int) -> str:
    """Returns the text, cut to a number of characters with an ellipsis at the end."""
    return text if len(text) <= characters else f"{text[: characters - 1].rstrip()}…"


def artifact_location(artifacts_url: str | None, key: str) -> str:
    """Returns the location of an artifact: a path, a URL in a bucket, or the key alone if the store is unknown."""
    if artifacts_url is None:
        return key
    parts = urlsplit(artifacts_url)
    return str(Path(unquote(parts.path)) / key) if parts.scheme == "file" else f"{artifacts_url.rstrip('/')}/{key}"
