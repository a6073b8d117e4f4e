"""Settings of the Pixabay server."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from scenewire.settings import EmptyAsNone, Seconds
from scenewire_sourcing.servers.archive.settings import RenditionSettings, required_key

__all__ = ["PixabaySettings"]


class PixabaySettings(RenditionSettings):
    """How Pixabay is used."""

    model_config = SettingsConfigDict(env_prefix="PIXABAY_")

    api_key: Annotated[SecretStr | None, EmptyAsNone] = Field(
        default=None, validation_alias="PIXABAY_API_KEY", description="API key; never logged."
    )
    url: str = Field(default="https://pixabay.com", pattern=r"^https?://", description="URL of the API.")
    cache_time: Seconds = Field(
        default=timedelta(hours=24),
        ge=timedelta(hours=24),
        description="How long answers are reused; Pixabay requires 24 hours at least.",
    )
    notice: str = Field(
        default="Videos and photos provided by Pixabay, https://pixabay.com",
        max_length=300,
        description="Notice that the credits show once for everything of Pixabay.",
    )

    def key(self) -> str:
        """Returns the key.

        Raises:
            ValueError: there is none, or it cannot be one.
        """
        return required_key(self.api_key, "Pixabay", "PIXABAY_API_KEY")
