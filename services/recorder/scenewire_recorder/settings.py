"""The environment of the recorder."""

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from scenewire.database.engine import LOCK_TIMEOUT
from scenewire.settings import Seconds, ServiceSettings
from scenewire_recorder.projection.path_layouts import Layout

__all__ = ["RecorderSettings"]


class RecorderSettings(ServiceSettings):
    """What every service reads, and where the record is kept."""

    model_config = SettingsConfigDict(env_prefix="RECORDER_")

    database_url: SecretStr = Field(
        validation_alias="DATABASE_URL",
        description="Such as sqlite:////absolute/file.db. May hold a password; DATABASE_URL_FILE names a file that "
        "holds it.",
    )
    database_timeout: Seconds = Field(
        default=LOCK_TIMEOUT, description="How long to wait for a database that another program has locked."
    )
    artifacts_url: str = Field(
        default="unused:", validation_alias="ARTIFACTS_URL", description="Of no use here: the record holds references."
    )

    @property
    def layout(self) -> Layout:
        """Which paths the rows name."""
        return "plain" if self.webapp_dir is None else "webapp"
