"""Reports which writer would write about a bare topic and why."""

import importlib.util
import os
from typing import Final

from pydantic import ValidationError

from scenewire.errors import PipelineError
from scenewire.findings import Finding
from scenewire_script.settings import ScriptSettings

__all__ = ["check_script"]

_KEYS: Final = ("GROQ_API_KEY", "GROQ_API_KEY_FILE")


def check_script() -> list[Finding]:
    """Returns the writer that would be used. A script of the user's own is divided into scenes without a model."""
    try:
        settings = ScriptSettings(artifacts_url=os.environ.get("ARTIFACTS_URL", "file:///"))
    except ValidationError as error:
        faults = [f"{_variable(str(fault['loc'][0]))}: {fault['msg']}" for fault in error.errors(include_input=False)]
        return [Finding("; ".join(faults)[:500], ok=False, hint="docs/settings.md lists the allowed values")]
    except PipelineError as error:  # the file of a secret
        return [Finding(error.message, ok=False, hint=error.hint)]
    if settings.writer == "outline":
        why = "GROQ_API_KEY is not set" if settings.provider is None else "SCRIPT_PROVIDER is outline"
        return [
            Finding(
                f"outline, because {why}: a short outline for a topic; scripts are narrated word for word",
                hint="" if settings.provider else "to have a language model write about topics, set GROQ_API_KEY",
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


def _variable(name: str) -> str:
    return name if name.isupper() else f"SCRIPT_{name}".upper()
