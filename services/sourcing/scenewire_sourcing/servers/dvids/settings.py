"""The environment of the DVIDS server."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import BeforeValidator, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from scenewire.settings import Seconds

__all__ = ["DvidsSettings"]

_NOTHING: Final = BeforeValidator(lambda value: value or None)


class DvidsSettings(BaseSettings):
    """How DVIDS is asked."""

    model_config = SettingsConfigDict(env_prefix="DVIDS_", extra="ignore", hide_input_in_errors=True)

    api_key: Annotated[SecretStr | None, _NOTHING] = Field(
        default=None, description="The key to the archive's interface; never logged."
    )
    api_key_file: Annotated[Path | None, _NOTHING] = Field(default=None, description="A file that holds the key.")
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

    @model_validator(mode="after")
    def _has_a_key(self) -> Self:
        if self.api_key is None and self.api_key_file is None:
            message = "DVIDS needs a key: set DVIDS_API_KEY_FILE to a file that holds it, or DVIDS_API_KEY"
            raise ValueError(message)
        return self

    def key(self) -> str:
        """The key itself.

        Raises:
            ValueError: its file cannot be read, or is empty.
        """
        if self.api_key is not None:
            return self.api_key.get_secret_value()
        try:
            key = self.api_key_file.read_text().strip() if self.api_key_file else ""
        except (OSError, UnicodeDecodeError) as error:
            message = f"the file that DVIDS_API_KEY_FILE names cannot be read: {type(error).__name__}"
            raise ValueError(message) from None
        if not key:
            message = "the file that DVIDS_API_KEY_FILE names is empty"
            raise ValueError(message)
        return key
