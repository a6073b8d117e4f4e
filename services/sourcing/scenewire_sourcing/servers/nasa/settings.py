"""The environment of the NASA server."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from scenewire.settings import Seconds

__all__ = ["NasaSettings"]


class NasaSettings(BaseSettings):
    """How NASA's library is asked."""

    model_config = SettingsConfigDict(env_prefix="NASA_", extra="ignore")

    url: str = Field(
        default="https://images-api.nasa.gov", pattern=r"^https?://", description="Where the interface is."
    )
    interval: Seconds = Field(
        default=timedelta(seconds=1), ge=timedelta(0), description="Time between two requests of one worker."
    )
    timeout: Seconds = Field(
        default=timedelta(seconds=8), gt=timedelta(0), description="How long one request may take."
    )
    keep: Seconds = Field(default=timedelta(hours=24), ge=timedelta(0), description="How long answers are kept.")
    licence: str = Field(
        default="Courtesy of NASA. In general not subject to copyright in the United States.",
        max_length=300,
        description="The terms that are passed on with every clip.",
    )
    notice: str = Field(
        default="The use of NASA's material does not imply an endorsement by NASA. Its insignia and identifiable persons "
        "may not be used as if they endorsed anything.",
        max_length=300,
        description="What the credits say once for all clips of the archive.",
    )
