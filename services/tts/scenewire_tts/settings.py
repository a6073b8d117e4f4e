"""Settings of the tts service."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from scenewire.errors import FailureCode
from scenewire.messages import MAX_MODEL_CHARACTERS
from scenewire.settings import (
    BaseAddress,
    EmptyAsNone,
    ModelAccess,
    Seconds,
    ServiceSettings,
    default_data_folder,
    model_access,
)
from scenewire.spending import MAX_PRICE

__all__ = ["TtsSettings", "read_settings"]


class TtsSettings(ServiceSettings):
    """Common settings, and how scenes are narrated."""

    model_config = SettingsConfigDict(env_prefix="TTS_")

    engine: Literal["auto", "espeak", "kokoro", "kokoro-onnx", "openai-compatible"] = Field(
        default="auto",
        description="Speech engine: `espeak`, `kokoro` (PyTorch), `kokoro-onnx`, or `openai-compatible`, a speech server. "
        "`auto` uses the server if TTS_MODEL_URL is set, a natural voice if one is installed or TTS_WEIGHTS is set, and espeak "
        "otherwise and for languages that this voice lacks, with a note. A named engine that cannot be used is an error.",
    )
    model_url: Annotated[BaseAddress | None, EmptyAsNone] = Field(
        default=None,
        validation_alias="TTS_MODEL_URL",
        description="Base address of a speech server with the OpenAI interface, such as Kokoro-FastAPI, Speaches or LocalAI; "
        "for instance `http://127.0.0.1:8880/v1`.",
    )
    model_name: Annotated[str | None, EmptyAsNone] = Field(
        default=None,
        max_length=MAX_MODEL_CHARACTERS,
        validation_alias="TTS_MODEL",
        description="Model id at TTS_MODEL_URL.",
    )
    model_key: Annotated[SecretStr | None, EmptyAsNone] = Field(
        default=None,
        validation_alias="TTS_MODEL_KEY",
        description="API key for TTS_MODEL_URL, if it requires one; never logged.",
    )
    model_timeout: Seconds = Field(
        default=timedelta(seconds=120),
        gt=timedelta(0),
        validation_alias="TTS_MODEL_TIMEOUT",
        description="Limit for one answer of TTS_MODEL_URL, which is a sentence or a few, seconds.",
    )
    price_per_million_characters: Annotated[float | None, EmptyAsNone] = Field(
        default=None,
        ge=0,
        le=MAX_PRICE,
        description="Price of a million characters that the server at TTS_MODEL_URL speaks, in the currency of the other prices; "
        "0 for a server that costs nothing. Unset: what it costs is unknown.",
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
        default="auto",
        description="Device of speech. `auto`: `kokoro` uses a GPU if there is one. `cuda`: a service without a GPU, without `kokoro` or "
        "without its weights does not start.",
    )
    threads: int = Field(
        default=1,
        ge=1,
        le=256,
        description="CPU threads of a neural voice. Several replicas with one thread each are faster than one with several.",
    )
    voice: Annotated[str | None, EmptyAsNone] = Field(
        default=None,
        min_length=1,
        max_length=100,
        description="Voice for orders without one. espeak: `en-us`, `en-us+f3`, or `+f3` for a variant of the language's "
        "default voice. Kokoro: `af_heart`, or a mix, `af_heart:3,af_sky:1`. A server: one of its voices. `none`: scenes are silent. Unset: the language's default voice.",
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

    def model_access(self) -> ModelAccess:
        """Returns how to reach the server at TTS_MODEL_URL.

        Raises:
            PermanentError: `invalid_settings`, a setting is missing, or the key cannot be a key.
        """
        return model_access(
            "TTS_MODEL",
            url=self.model_url,
            model=self.model_name,
            key=self.model_key,
            timeout=self.model_timeout,
            user="the engine openai-compatible",
            otherwise="another TTS_ENGINE",
            code=FailureCode.INVALID_SETTINGS,
        )

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
