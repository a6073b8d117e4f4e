"""Reports which writer would write about a bare topic and why."""

import importlib.util
import os
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from scenewire.errors import FailureCode, PermanentError, PipelineError
from scenewire.findings import Finding
from scenewire_script.music.pieces import HOW_TO_GET_MUSIC, list_pieces
from scenewire_script.settings import ScriptSettings

__all__ = ["check_music", "check_script", "music_folder"]

_PATIENCE: Final = timedelta(seconds=5)
"""Limit for the answer of a server that the diagnostics ask."""

_MAX_LISTED_CHARS: Final = 300
_KEYS: Final = ("GROQ_API_KEY", "GROQ_API_KEY_FILE")


def music_folder() -> Path | None:
    """Returns MUSIC_DIR.

    Raises:
        PermanentError: `invalid_settings`, a setting of the script service is invalid.
    """
    try:
        return _read_settings().music_dir
    except ValidationError as error:
        raise PermanentError(
            FailureCode.INVALID_SETTINGS,
            "the settings of the script service are invalid",
            hint="run `scenewire doctor`",
        ) from error


def check_music() -> list[Finding]:
    """Returns the moods of music that orders can name, with the number of pieces."""
    try:
        moods = Counter(piece.mood for piece in list_pieces(music_folder()))
    except PipelineError as error:
        return [Finding(error.message, ok=False, hint=error.hint)]
    if not moods:
        return [Finding("no music by mood; --music FILE takes a file", hint=f"for --music MOOD: {HOW_TO_GET_MUSIC}")]
    return [Finding(f"moods {', '.join(f'{mood} ({pieces})' for mood, pieces in moods.items())}")]


def _read_settings() -> ScriptSettings:
    return ScriptSettings(artifacts_url=os.environ.get("ARTIFACTS_URL", "file:///"))


async def check_script() -> list[Finding]:
    """Returns the writer that would be used. A script of the user's own is divided into scenes without a model."""
    try:
        settings = _read_settings()
    except ValidationError as error:
        faults = [f"{_variable(str(fault['loc'][0]))}: {fault['msg']}" for fault in error.errors(include_input=False)]
        return [Finding("; ".join(faults)[:500], ok=False, hint="docs/settings.md lists the allowed values")]
    except PipelineError as error:  # the file of a secret
        return [Finding(error.message, ok=False, hint=error.hint)]
    if settings.writer == "openai-compatible":
        return [await _check_server(settings)]
    if settings.writer == "outline":
        why = (
            "neither GROQ_API_KEY nor SCRIPT_MODEL_URL is set"
            if settings.provider is None
            else "SCRIPT_PROVIDER is outline"
        )
        return [
            Finding(
                f"outline, because {why}: a short outline for a topic; scripts are narrated word for word",
                hint=""
                if settings.provider
                else "to have a language model write about topics, set GROQ_API_KEY, or "
                "SCRIPT_MODEL_URL and SCRIPT_MODEL",
            )
        ]
    key = next((name for name in _KEYS if os.environ.get(name, "").strip()), "")
    why = "SCRIPT_PROVIDER is groq" if settings.provider else f"{key} is set"
    try:
        settings.groq_key()
    except PipelineError as error:
        return [Finding(f"groq, because {why}, but {error.message}", ok=False, hint=error.hint)]
    if importlib.util.find_spec("groq") is None:
        return [Finding(f"groq, because {why}, but its package is missing", ok=False, hint="install the package groq")]
    return [
        Finding(
            f"groq, because {why}: {settings.groq_model} writes about topics",
            hint="the key is checked when the service starts; SCRIPT_PROVIDER=outline works without one",
        )
    ]


async def _check_server(settings: ScriptSettings) -> Finding:
    """Returns whether the server at SCRIPT_MODEL_URL answers, and whether it lists the model."""
    from scenewire_script.writers.language_model.openai_compatible import OpenAICompatibleClient  # noqa: PLC0415

    why = "SCRIPT_PROVIDER is openai-compatible" if settings.provider else "SCRIPT_MODEL_URL is set"
    try:
        access = settings.model_access()
        client = OpenAICompatibleClient(
            base_url=access.url,
            model=access.model,
            key=access.key,
            timeout=min(settings.model_timeout, _PATIENCE),
            max_tokens=settings.model_max_tokens,
        )
        try:
            names = await client.models()
        finally:
            await client.aclose()
    except PipelineError as error:
        return Finding(f"openai-compatible, because {why}, but {error.message}", ok=False, hint=error.hint)
    listed = ", ".join(names)[:_MAX_LISTED_CHARS]
    return Finding(
        f"openai-compatible, because {why}: {access.model} at {access.url}, which answers, writes about topics",
        hint="" if access.model in names else f"the server does not list {access.model}, but {listed or 'no models'}",
    )


def _variable(name: str) -> str:
    return name if name.isupper() else f"SCRIPT_{name}".upper()
