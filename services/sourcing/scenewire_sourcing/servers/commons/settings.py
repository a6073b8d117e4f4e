"""Settings of the server of Wikimedia Commons."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from scenewire_sourcing.servers.archive.settings import RenditionSettings

__all__ = ["CommonsSettings"]


class CommonsSettings(RenditionSettings):
    """How Wikimedia Commons is used."""

    model_config = SettingsConfigDict(env_prefix="COMMONS_")

    url: str = Field(default="https://commons.wikimedia.org", pattern=r"^https?://", description="URL of the wiki.")
