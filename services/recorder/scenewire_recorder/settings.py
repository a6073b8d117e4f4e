"""Settings of the recorder."""

from datetime import timedelta

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from scenewire.database.engine import LOCK_TIMEOUT
from scenewire.settings import Seconds, ServiceSettings
from scenewire_recorder.projection.path_layouts import Layout

__all__ = ["RecorderSettings"]


class RecorderSettings(ServiceSettings):
    """Settings of every service, and the database."""

    model_config = SettingsConfigDict(env_prefix="RECORDER_")

    database_url: SecretStr = Field(
        validation_alias="DATABASE_URL",
        description="URL of the database, such as sqlite:////absolute/file.db; may contain a password.",
    )
    database_timeout: Seconds = Field(
        default=LOCK_TIMEOUT, description="How long to wait for a database that another program has locked."
    )
    stream_check_interval: Seconds = Field(
        default=timedelta(seconds=15),
        gt=timedelta(0),
        description="Seconds between two looks whether the stream has lost messages.",
    )
    artifacts_url: str = Field(
        default="unused:",
        validation_alias="ARTIFACTS_URL",
        description="Not used by the recorder: rows have keys only.",
    )

    @property
    def layout(self) -> Layout:
        """Layout of the paths in the rows."""
        return "plain" if self.webapp_dir is None else "webapp"
