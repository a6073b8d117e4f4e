"""Settings of the tts service."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from scenewire.settings import EmptyAsNone, Seconds, ServiceSettings, default_data_folder

__all__ = ["TtsSettings", "read_settings"]


class TtsSettings(ServiceSettings):
    """Common settings, and how scenes are narrated."""

    model_config = SettingsConfigDict(env_prefix="TTS_")

    engine: Literal["auto", "espeak", "kokoro", "kokoro-onnx"] = Field(
        default="auto",
        description="Speech engine: `espeak`, `kokoro` (PyTorch) or `kokoro-onnx`. `auto` uses a natural voice if one is "
        "installed or TTS_WEIGHTS is set, and espeak otherwise and for languages that it lacks, with a note. A named "
        "engine that cannot be used is an error.",
    )
    weights: Annotated[Path | None, EmptyAsNone] = Field(
        default=None,
        description="Folder with the weights and voices of Kokoro; see docs/speech.md. Unset: `weights` in the data "
        "folder, where `scenewire voices install` puts them.",
    )
    data_folder: Annotated[Path | None, EmptyAsNone] = Field(
        default=None,
        validation_alias="SCENEWIRE_DATA",
        description="Data folder, in which a natural voice may be installed. Unset: the user's data folder.",
    )
    device: Literal["auto", "cuda", "cpu"] = Field(
        default="auto", description="Device of `kokoro`; `auto` uses a GPU if there is one."
    )
    threads: int = Field(
        default=1,
        ge=1,
        le=256,
        description="CPU threads of a neural voice. Several replicas with one thread each are faster than one with several.",
    )
    voice: str | None = Field(
        default=None,
        min_length=1,
        max_length=100,
        description="Voice for orders without one. espeak: `en-us`, `en-us+f3`, or `+f3` for a variant of the language's "
        "default voice. Kokoro: `af_heart`, or a mix, `af_heart:3,af_sky:1`. Unset: the language's default voice.",
    )
    speed: float = Field(
        default=1.0, ge=0.5, le=2, description="Speech rate for orders without one; 1 is the voice's normal rate."
    )
    words_per_minute: int = Field(
        default=150,
        ge=80,
        le=300,
        description="Speech rate of espeak, excluding pauses; including them, it is about an eighth lower.",
    )
    scene_pause: Seconds = Field(
        default=timedelta(seconds=0.35),
        ge=timedelta(0),
        le=timedelta(seconds=10),
        description="Silence after each scene, seconds.",
    )
    loops: int = Field(default=2, ge=1, le=64, description="Scenes narrated concurrently.")

    @property
    def installed_weights(self) -> Path:
        """The folder in which `scenewire voices install` puts a voice."""
        return (self.data_folder or default_data_folder()).absolute() / "weights"


def read_settings(data_folder: Path | None = None) -> TtsSettings:
    """Returns the settings of the environment, for questions that need no artifact store.

    Args:
        data_folder: wins over the environment; None does not.

    Raises:
        ValidationError: a setting is invalid.
    """
    given: dict[str, Any] = {} if data_folder is None else {"data_folder": data_folder}
    return TtsSettings(artifacts_url=os.environ.get("ARTIFACTS_URL", "file:///"), **given)
