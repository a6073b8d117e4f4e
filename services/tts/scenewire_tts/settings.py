"""Settings of the tts service."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from scenewire.settings import EmptyAsNone, Seconds, ServiceSettings

__all__ = ["TtsSettings"]


class TtsSettings(ServiceSettings):
    """Common settings, and how scenes are narrated."""

    model_config = SettingsConfigDict(env_prefix="TTS_")

    engine: Literal["auto", "espeak", "kokoro", "kokoro-onnx"] = Field(
        default="auto",
        description="Speech engine: `espeak`, `kokoro` (PyTorch) or `kokoro-onnx`. `auto` uses a neural voice if "
        "TTS_WEIGHTS is set, and espeak otherwise. An engine that cannot be used is an error; there is no fallback.",
    )
    weights: Annotated[Path | None, EmptyAsNone] = Field(
        default=None, description="Folder with the weights and voices of Kokoro; see docs/speech.md."
    )
    device: Literal["auto", "cuda", "cpu"] = Field(
        default="auto", description="Device of `kokoro`; `auto` uses a GPU if there is one."
    )
    threads: int = Field(
        default=0,
        ge=0,
        le=256,
        description="CPU threads of a neural voice; 0 uses all CPUs available to the process, at most four.",
    )
    voice: str | None = Field(
        default=None,
        min_length=1,
        max_length=100,
        description="Voice for orders without one. espeak: `en-us`, `en-us+f3`, or `+f3` for a variant of the language's "
        "default voice. Kokoro: `af_sky`, or a mix, `af_sky:3,af_heart:1`. Unset: the language's default voice.",
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
