"""The environment of the tts service."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from scenewire.settings import EmptyAsNone, Seconds, ServiceSettings

__all__ = ["TtsSettings"]


class TtsSettings(ServiceSettings):
    """What every service reads, and how scenes are spoken."""

    model_config = SettingsConfigDict(env_prefix="TTS_")

    engine: Literal["auto", "espeak", "kokoro", "kokoro-onnx"] = Field(
        default="auto",
        description="Who speaks: `espeak`, `kokoro` (PyTorch) or `kokoro-onnx`. `auto` takes a neural voice when "
        "TTS_WEIGHTS is set, and espeak otherwise. Nothing takes the place of what cannot be used.",
    )
    weights: Annotated[Path | None, EmptyAsNone] = Field(
        default=None, description="Folder with the weights and voices of Kokoro; see docs/speech.md."
    )
    device: Literal["auto", "cuda", "cpu"] = Field(
        default="auto", description="Where `kokoro` computes; `auto` takes a graphics card if there is one."
    )
    threads: int = Field(
        default=0,
        ge=0,
        le=256,
        description="Of processors for a neural voice; 0 takes those that the process may use, four at the most.",
    )
    voice: str | None = Field(
        default=None,
        min_length=1,
        max_length=100,
        description="The engine's name of a voice, for orders that name none. espeak: `en-us`, `en-us+f3`, or `+f3` for a "
        "variant of the language's own. Kokoro: `af_sky`, or a mixture, `af_sky:3,af_heart:1`. None takes the "
        "language's own.",
    )
    speed: float = Field(
        default=1.0, ge=0.5, le=2, description="Of the speech, for orders that name none; 1 is the voice's own."
    )
    words_per_minute: int = Field(
        default=150,
        ge=80,
        le=300,
        description="How fast espeak speaks, before pauses; with them it is about an eighth less.",
    )
    scene_pause: Seconds = Field(
        default=timedelta(seconds=0.35),
        ge=timedelta(0),
        le=timedelta(seconds=10),
        description="Silence after each scene's speech, seconds.",
    )
    loops: int = Field(default=2, ge=1, le=64, description="How many scenes are spoken at the same time.")
