"""Settings of the NASA server."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from scenewire.settings import Seconds
from scenewire_sourcing.servers.archive.settings import ArchiveSettings

__all__ = ["NasaSettings"]


class NasaSettings(ArchiveSettings):
    """How NASA's library is used."""

    model_config = SettingsConfigDict(env_prefix="NASA_", extra="ignore")

    url: str = Field(default="https://images-api.nasa.gov", pattern=r"^https?://", description="URL of the API.")
    interval: Seconds = Field(
        default=timedelta(seconds=0.5), ge=timedelta(0), description="Minimum time between two requests of one worker."
    )
    licence: str = Field(
        default="Courtesy of NASA. In general not subject to copyright in the United States.",
        max_length=300,
        description="Terms of use that are passed on with every clip.",
    )
    notice: str = Field(
        default="The use of NASA's material does not imply an endorsement by NASA. Its insignia and identifiable persons "
        "may not be used as if they endorsed anything.",
        max_length=300,
        description="Notice that the credits show once for all clips of the archive.",
    )
