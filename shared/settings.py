"""The environment that every service reads; each service adds its own part in its `settings.py`."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

__all__ = ["MonitorSettings", "Seconds", "ServiceSettings"]


def _number(value: object) -> object:
    """The number that a variable of the environment spells; anything else as it is."""
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value


Seconds = Annotated[timedelta, BeforeValidator(_number)]
"""A length of time that the environment gives in seconds (`0.5`), or as `00:00:30` or `PT30S`."""


class MonitorSettings(BaseSettings):
    """Where a process shows its metrics and its health."""

    model_config = SettingsConfigDict(
        populate_by_name=True,
        extra="ignore",
        hide_input_in_errors=True,  # a mistyped setting may hold a password
    )

    monitor_host: str = Field(
        default="127.0.0.1",
        min_length=1,
        validation_alias="MONITOR_HOST",
        description="The address at which metrics and health are shown; in a container 0.0.0.0.",
    )
    monitor_port: Annotated[int | None, BeforeValidator(lambda value: None if value == "" else value)] = Field(
        default=None,
        ge=0,
        le=65535,
        validation_alias="MONITOR_PORT",
        description="The port for `/metrics`, `/healthz` and `/livez`; 0 takes any free one. None shows nothing.",
    )


class ServiceSettings(MonitorSettings):
    """Where the bus and the artifacts are, and how to log.

    The aliases keep these names free of a service's prefix: one NATS_URL serves a whole host.
    """

    nats_url: str = Field(default="nats://127.0.0.1:4222", validation_alias="NATS_URL", description="The bus.")
    nats_user: str | None = Field(default=None, validation_alias="NATS_USER", description="Account on the bus.")
    nats_password: SecretStr | None = Field(
        default=None, validation_alias="NATS_PASSWORD", description="Its password; never logged."
    )
    artifacts_url: str = Field(
        validation_alias="ARTIFACTS_URL", description="Where media lie: file:///absolute/folder."
    )
    webapp_dir: Annotated[Path | None, BeforeValidator(lambda value: value or None)] = Field(
        default=None,
        validation_alias="WEBAPP_DIR",
        description="Folder of the prior system's web application. When it is given, films and narrations are put where "
        "that one looks for them too, and the record says so; see docs/webapp.md.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", validation_alias="LOG_LEVEL", description="DEBUG, INFO, WARNING or ERROR."
    )
    log_format: Literal["json", "console"] = Field(
        default="json", validation_alias="LOG_FORMAT", description="`json`, one event a line, or `console`."
    )
    log_file: Path | None = Field(
        default=None, validation_alias="LOG_FILE", description="Where the log goes; None is standard error."
    )
    drain_time: Seconds = Field(
        default=timedelta(seconds=25),
        validation_alias="DRAIN_TIME",
        description="How long a stopping service may finish its work before it hands the message back.",
    )
