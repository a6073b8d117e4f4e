"""Settings of the server of Wikimedia Commons."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from scenewire.settings import Seconds
from scenewire_sourcing.servers.archive.settings import RenditionSettings

__all__ = ["CommonsSettings"]


class CommonsSettings(RenditionSettings):
    """How Wikimedia Commons is used."""

    model_config = SettingsConfigDict(env_prefix="COMMONS_")

    url: str = Field(default="https://commons.wikimedia.org", pattern=r"^https?://", description="URL of the wiki.")
    interval: Seconds = Field(
        default=timedelta(seconds=0.5), ge=timedelta(0), description="Minimum time between two requests of one worker."
    )
