"""The environment of the DVIDS server."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from scenewire.settings import EmptyAsNone, Seconds, Settings

__all__ = ["DvidsSettings"]


class DvidsSettings(Settings):
    """How DVIDS is asked."""

    model_config = SettingsConfigDict(env_prefix="DVIDS_")

    api_key: Annotated[SecretStr | None, EmptyAsNone] = Field(
        default=None, validation_alias="DVIDS_API_KEY", description="Key for the archive's API; never logged."
    )
    url: str = Field(default="https://api.dvidshub.net", pattern=r"^https?://", description="Where the interface is.")
    interval: Seconds = Field(
        default=timedelta(seconds=1), ge=timedelta(0), description="Time between two requests of one worker."
    )
    timeout: Seconds = Field(
        default=timedelta(seconds=8), gt=timedelta(0), description="How long one request may take."
    )
    keep: Seconds = Field(default=timedelta(hours=24), ge=timedelta(0), description="How long answers are kept.")
    category: str = Field(
        default="B-Roll", description="Looked through first; without enough in it, all. Empty looks through all."
    )
    branch: str = Field(default="", description="Looked through first, such as Navy; empty for all.")
    longest: int = Field(default=600, gt=0, description="Seconds of the longest clip that is offered.")
    height: int = Field(
        default=720, gt=0, description="Lines of picture that are enough: the smallest file with so many is taken."
    )
    licence: str = Field(
        default="Courtesy of DVIDS. Public domain in the United States unless marked otherwise.",
        max_length=300,
        description="The terms that are passed on with every clip.",
    )
    notice: str = Field(
        default="The appearance of U.S. Department of Defense (DoD) visual information does not imply or constitute "
        "DoD endorsement.",
        max_length=300,
        description="What the credits say once for all clips of the archive.",
    )

    def key(self) -> str:
        """Returns the key.

        Raises:
            ValueError: there is none.
        """
        if self.api_key is None:
            message = "DVIDS needs a key: set DVIDS_API_KEY_FILE to a file that holds it, or DVIDS_API_KEY"
            raise ValueError(message)
        return self.api_key.get_secret_value()
