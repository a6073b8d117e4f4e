"""The environment that every service reads; each service adds its own part in its `settings.py`."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_args

import platformdirs
from pydantic import BeforeValidator, ByteSize, Field, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from typing_extensions import override

from scenewire.errors import FailureCode, PermanentError

__all__ = ["MonitorSettings", "ObjectStoreSettings", "Seconds", "SecretFiles", "ServiceSettings", "secret"]


def _number(value: object) -> object:
    """The number that a variable of the environment spells; anything else as it is."""
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value


OptionalT = TypeVar("OptionalT")
_Optional = Annotated[OptionalT | None, BeforeValidator(lambda value: value or None)]
"""Compose files pass an unset variable on as an empty one."""

Seconds = Annotated[timedelta, BeforeValidator(_number)]
"""A length of time that the environment gives in seconds (`0.5`), or as `00:00:30` or `PT30S`."""


def secret(variable: str) -> str | None:
    """The value of a variable of the environment, or what is in the file that `<variable>_FILE` names.

    An empty variable counts as none, since compose files pass an unset one on as an empty one.

    Raises:
        PermanentError: `invalid_settings`, both are given, or the file cannot be read or is empty.
    """
    value, name = os.environ.get(variable), os.environ.get(f"{variable}_FILE")
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
        hint="give the value, or the name of a file that holds it and nothing else",
    )


class SecretFiles(PydanticBaseSettingsSource):
    """Reads every secret that goes by a name of its own from `<variable>_FILE` as well.

    Unlike variables, files show up in no listing of processes or containers.
    """

    @override
    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        variable = field.validation_alias
        is_secret = SecretStr in (field.annotation, *get_args(field.annotation))
        if not is_secret or not isinstance(variable, str) or f"{field_name}_file" in self.settings_cls.model_fields:
            return None, field_name, False
        return secret(variable), variable, False

    @override
    def __call__(self) -> dict[str, Any]:
        found = (self.get_field_value(field, name) for name, field in self.settings_cls.model_fields.items())
        return {variable: value for value, variable, _ in found if value is not None}


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
        """What is given in code comes first, then secrets, then the rest of the environment."""
        return init_settings, SecretFiles(settings_cls), env_settings, dotenv_settings, file_secret_settings

    nats_url: str = Field(default="nats://127.0.0.1:4222", validation_alias="NATS_URL", description="The bus.")
    nats_user: Annotated[str | None, BeforeValidator(lambda value: value or None)] = Field(
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
        description="How long a stopping service may finish its work before it hands the message back; under "
        "`scenewire make` 1 s unless it is set.",
    )


class ObjectStoreSettings(BaseSettings):
    """How an object store is reached, and what of it is kept on this host. Of use for an `ARTIFACTS_URL` that is a bucket.

    The names are those that other programs of S3 read too.
    """

    model_config = SettingsConfigDict(populate_by_name=True, extra="ignore", hide_input_in_errors=True)

    endpoint_url: _Optional[str] = Field(
        default=None,
        pattern=r"^https?://[^/\s]+",
        validation_alias="AWS_ENDPOINT_URL",
        description="Where an S3 store is that is not Amazon's. With `http://` everything goes unencrypted.",
    )
    region: _Optional[str] = Field(default=None, validation_alias="AWS_REGION", description="Its region.")
    access_key_id: _Optional[SecretStr] = Field(
        default=None, validation_alias="AWS_ACCESS_KEY_ID", description="Who we are; never logged."
    )
    access_key_id_file: _Optional[Path] = Field(
        default=None, validation_alias="AWS_ACCESS_KEY_ID_FILE", description="A file that holds it instead."
    )
    secret_access_key: _Optional[SecretStr] = Field(
        default=None, validation_alias="AWS_SECRET_ACCESS_KEY", description="The key that goes with it; never logged."
    )
    secret_access_key_file: _Optional[Path] = Field(
        default=None, validation_alias="AWS_SECRET_ACCESS_KEY_FILE", description="A file that holds it instead."
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
        """What obstore is to know besides the environment.

        Raises:
            PermanentError: `storage_unavailable`, a file of the settings cannot be read.
        """
        given = {
            "endpoint": self.endpoint_url,
            "region": self.region,
            "access_key_id": _secret(self.access_key_id, self.access_key_id_file, "AWS_ACCESS_KEY_ID_FILE"),
            "secret_access_key": _secret(
                self.secret_access_key, self.secret_access_key_file, "AWS_SECRET_ACCESS_KEY_FILE"
            ),
        }
        return {name: value for name, value in given.items() if value}


def _secret(value: SecretStr | None, file: Path | None, setting: str) -> str | None:
    if value is not None or file is None:
        return value.get_secret_value() if value else None
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise PermanentError(
            FailureCode.STORAGE_UNAVAILABLE,
            f"the file of {setting} cannot be read: {type(error).__name__}",
            hint=f"correct {setting}",
        ) from None
