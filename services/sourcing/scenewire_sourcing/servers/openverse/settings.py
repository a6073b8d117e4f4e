"""Settings of the Openverse server."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from scenewire.settings import Seconds
from scenewire_sourcing.servers.archive.settings import ArchiveSettings

__all__ = ["OpenverseSettings"]


class OpenverseSettings(ArchiveSettings):
    """How Openverse is used."""

    model_config = SettingsConfigDict(env_prefix="OPENVERSE_")

    url: str = Field(default="https://api.openverse.org", pattern=r"^https?://", description="URL of the API.")
    interval: Seconds = Field(
        default=timedelta(seconds=3),
        ge=timedelta(0),
        description="Minimum time between two requests of one worker; Openverse allows 20 a minute.",
    )
    license_type: str = Field(
        default="commercial,modification",
        pattern=r"^[a-z,-]*$",
        description="Licences to search, in Openverse's words. Empty: all, of which the licence policy then leaves some out.",
    )
