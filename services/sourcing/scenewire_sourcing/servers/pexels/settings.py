"""Settings of the Pexels server."""

from typing import Annotated

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from scenewire.settings import EmptyAsNone
from scenewire_sourcing.servers.archive.settings import RenditionSettings, required_key

__all__ = ["PexelsSettings"]


class PexelsSettings(RenditionSettings):
    """How Pexels is used."""

    model_config = SettingsConfigDict(env_prefix="PEXELS_")

    api_key: Annotated[SecretStr | None, EmptyAsNone] = Field(
        default=None, validation_alias="PEXELS_API_KEY", description="API key; never logged."
    )
    url: str = Field(default="https://api.pexels.com", pattern=r"^https?://", description="URL of the API.")
    notice: str = Field(
        default="Videos and photos provided by Pexels, https://www.pexels.com",
        max_length=300,
        description="Notice that the credits show once for everything of Pexels.",
    )

    def key(self) -> str:
        """Returns the key.

        Raises:
            ValueError: there is none, or it cannot be one.
        """
        return required_key(self.api_key, "Pexels", "PEXELS_API_KEY")
