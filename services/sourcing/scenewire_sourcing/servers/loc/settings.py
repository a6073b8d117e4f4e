"""Settings of the server of the Library of Congress."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from scenewire.settings import Seconds
from scenewire_sourcing.servers.archive.settings import RenditionSettings

__all__ = ["LocSettings"]


class LocSettings(RenditionSettings):
    """How the Library of Congress is used."""

    model_config = SettingsConfigDict(env_prefix="LOC_")

    url: str = Field(default="https://www.loc.gov", pattern=r"^https?://", description="URL of the site.")
    interval: Seconds = Field(
        default=timedelta(seconds=4),
        ge=timedelta(0),
        description="Minimum time between two requests of one worker; the Library allows 20 a minute.",
    )
    timeout: Seconds = Field(default=timedelta(seconds=10), gt=timedelta(0), description="Limit for one request.")
    min_height: int = Field(
        default=480, gt=0, description="Sufficient picture height, pixels; the smallest file of this height is used."
    )
