"""The environment that every service reads; each service adds its own part in its `settings.py`."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Final, Literal, get_args

import platformdirs
from pydantic import BeforeValidator, ByteSize, Field, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from typing_extensions import override

from scenewire.errors import FailureCode, PermanentError

__all__ = [
    "EmptyAsNone",
    "MonitorSettings",
    "ObjectStoreSettings",
    "Seconds",
    "ServiceSettings",
    "Settings",
    "is_secret",
    "secret",
]


def _number(value: object) -> object:
    """Returns the number that an environment variable spells; other values unchanged."""
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value


EmptyAsNone: Final = BeforeValidator(lambda value: (value.strip() or None) if isinstance(value, str) else value)
"""Reads an empty variable as None: compose files pass unset variables on as empty ones."""

Seconds = Annotated[timedelta, BeforeValidator(_number)]
"""A duration, given in seconds (`0.5`), or as `00:00:30` or `PT30S`."""


def secret(variable: str) -> str | None:
    """Returns the value of an environment variable, or the content of the file that `<variable>_FILE` names.

    Unlike variables, files do not show up in listings of processes or containers. Empty variables count as unset.

    Raises:
        PermanentError: `invalid_settings`, both are given, or the file cannot be read or is empty.
    """
    value, name = os.environ.get(variable, "").strip(), os.environ.get(f"{variable}_FILE", "").strip()
    if not name:
        return value or None
    if value:
        raise _unusable(f"{variable} and {variable}_FILE are both given")
    try:
        content = Path(name).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise _unusable(f"the file of {variable}_FILE cannot be read: {type(error).__name__}") from None
    if not content:
        raise _unusable(f"the file of {variable}_FILE is empty")
    return content


def _unusable(message: str) -> PermanentError:
    return PermanentError(
        FailureCode.INVALID_SETTINGS,
        message,
        hint="set the variable, or the name of a file that holds the value and nothing else",
    )


class _SecretFiles(PydanticBaseSettingsSource):
    """Reads secrets with an alias through `secret`."""

    @override
    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        variable = field.validation_alias
        if not is_secret(field) or not isinstance(variable, str):
            return None, field_name, False
        return secret(variable), variable, False

    @override
    def __call__(self) -> dict[str, Any]:
        found = (self.get_field_value(field, name) for name, field in self.settings_cls.model_fields.items())
        return {variable: value for value, variable, _ in found if value is not None}


def is_secret(field: FieldInfo) -> bool:
    """Returns whether a setting is a secret; `<variable>_FILE` may then name a file that holds it."""
    return SecretStr in (field.annotation, *get_args(field.annotation))


class Settings(BaseSettings):
    """Base of all settings: names or aliases, and secrets from files.

    A secret needs an alias, the full name of its variable.
    """

    model_config = SettingsConfigDict(
        populate_by_name=True,
        extra="ignore",
        hide_input_in_errors=True,  # a mistyped setting may hold a password
    )

    @override
    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Values given in code come first, then secrets, then the rest of the environment."""
        return init_settings, _SecretFiles(settings_cls), env_settings, dotenv_settings, file_secret_settings


class MonitorSettings(Settings):
    """Where a process shows its metrics and its health."""

    monitor_host: str = Field(
        default="127.0.0.1",
        min_length=1,
        validation_alias="MONITOR_HOST",
        description="The address at which metrics and health are shown; in a container 0.0.0.0.",
    )
    monitor_port: Annotated[int | None, EmptyAsNone] = Field(
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
    nats_user: Annotated[str | None, EmptyAsNone] = Field(
        default=None,
        pattern=r"^[A-Za-z0-9_-]+$",
        validation_alias="NATS_USER",
        description="User on the bus; it receives answers under `_INBOX_<user>` only.",
    )
    nats_password: SecretStr | None = Field(
        default=None,
        validation_alias="NATS_PASSWORD",
        description="Its password; never logged. Or NATS_PASSWORD_FILE, a file that holds it.",
    )
    artifacts_url: str = Field(
        validation_alias="ARTIFACTS_URL",
        description="Where media lie: file:///absolute/folder, or s3://bucket/prefix; see docs/artifacts.md.",
    )
    webapp_dir: Annotated[Path | None, EmptyAsNone] = Field(
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
        description="How long a stopping service may finish its work before it hands the message back; under "
        "`scenewire make` 1 s unless it is set.",
    )


class ObjectStoreSettings(Settings):
    """How an object store is reached, and what of it is kept on this host. Of use for an `ARTIFACTS_URL` that is a bucket.

    The names are those that other programs of S3 read too.
    """

    endpoint_url: Annotated[str | None, EmptyAsNone] = Field(
        default=None,
        pattern=r"^https?://[^/\s]+",
        validation_alias="AWS_ENDPOINT_URL",
        description="Where an S3 store is that is not Amazon's. With `http://` everything goes unencrypted.",
    )
    region: Annotated[str | None, EmptyAsNone] = Field(
        default=None, validation_alias="AWS_REGION", description="Its region."
    )
    access_key_id: Annotated[SecretStr | None, EmptyAsNone] = Field(
        default=None, validation_alias="AWS_ACCESS_KEY_ID", description="Who we are; never logged."
    )
    secret_access_key: Annotated[SecretStr | None, EmptyAsNone] = Field(
        default=None, validation_alias="AWS_SECRET_ACCESS_KEY", description="The key that goes with it; never logged."
    )
    timeout: Seconds = Field(
        default=timedelta(seconds=60),
        gt=timedelta(0),
        validation_alias="ARTIFACTS_TIMEOUT",
        description="How long the store may be silent, seconds; a call is repeated for twice as long.",
    )
    cache_dir: Path = Field(
        default_factory=lambda: platformdirs.user_cache_path("scenewire") / "artifacts",
        validation_alias="ARTIFACTS_CACHE_DIR",
        description="Folder for local copies; all processes of a host may share one.",
    )
    cache_size: ByteSize = Field(
        default=ByteSize(20 << 30),
        gt=0,
        validation_alias="ARTIFACTS_CACHE_SIZE",
        description="How much of them is kept; what was used within the last hour is kept in any case.",
    )

    def s3_access(self) -> dict[str, str]:
        """Returns the options of obstore that differ from the environment."""
        given = {
            "endpoint": self.endpoint_url,
            "region": self.region,
            "access_key_id": self.access_key_id,
            "secret_access_key": self.secret_access_key,
        }
        return {
            name: value.get_secret_value() if isinstance(value, SecretStr) else value
            for name, value in given.items()
            if value
        }
