"""Settings of the server of the Internet Archive."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from scenewire.settings import Seconds
from scenewire_sourcing.servers.archive.settings import RenditionSettings

__all__ = ["ArchiveOrgSettings"]


class ArchiveOrgSettings(RenditionSettings):
    """How the Internet Archive is used."""

    model_config = SettingsConfigDict(env_prefix="ARCHIVE_ORG_")

    url: str = Field(default="https://archive.org", pattern=r"^https?://", description="URL of the archive.")
    interval: Seconds = Field(
        default=timedelta(seconds=0.5), ge=timedelta(0), description="Minimum time between two requests of one worker."
    )
    collections: str = Field(
        default="",
        pattern=r"^[\w., -]*$",
        description="Collections to search, separated by commas, such as `prelinger`. Empty: all.",
    )
    max_duration: int = Field(default=1_800, gt=0, description="Longest video to offer, seconds, where it is stated.")
