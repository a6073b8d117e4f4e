"""Settings of the DVIDS server."""

from typing import Annotated

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from scenewire.settings import EmptyAsNone
from scenewire_sourcing.servers.archive.settings import ArchiveSettings, required_key

__all__ = ["DvidsSettings"]


class DvidsSettings(ArchiveSettings):
    """How DVIDS is used."""

    model_config = SettingsConfigDict(env_prefix="DVIDS_")

    api_key: Annotated[SecretStr | None, EmptyAsNone] = Field(
        default=None, validation_alias="DVIDS_API_KEY", description="API key; never logged."
    )
    url: str = Field(default="https://api.dvidshub.net", pattern=r"^https?://", description="URL of the API.")
    category: str = Field(
        default="B-Roll",
        description="Category to search first; all others follow if it has too few clips. Empty: search all.",
    )
    branch: str = Field(default="", description="Branch to search first, such as Navy. Empty: search all.")
    max_duration: int = Field(default=600, gt=0, description="Longest clip to offer, seconds.")
    min_height: int = Field(
        default=720, gt=0, description="Sufficient picture height, pixels; the smallest file of this height is used."
    )
    licence: str = Field(
        default="Courtesy of DVIDS. Public domain in the United States unless marked otherwise.",
        max_length=300,
        description="Terms of use that are passed on with every clip.",
    )
    notice: str = Field(
        default="The appearance of U.S. Department of Defense (DoD) visual information does not imply or constitute "
        "DoD endorsement.",
        max_length=300,
        description="Notice that the credits show once for all clips of the archive.",
    )

    def key(self) -> str:
        """Returns the key.

        Raises:
            ValueError: there is none, or it cannot be one.
        """
        return required_key(self.api_key, "DVIDS", "DVIDS_API_KEY")
