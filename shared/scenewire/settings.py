"""Settings of every service, from the environment; each service adds its own in its `settings.py`."""

import os
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Final, Literal, get_args
from urllib.parse import urlsplit

import platformdirs
from pydantic import AfterValidator, BeforeValidator, ByteSize, Field, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from typing_extensions import override

from scenewire.errors import FailureCode, PermanentError

__all__ = [
    "AdmissionSettings",
    "BaseAddress",
    "EmptyAsNone",
    "LogFileSettings",
    "ModelAccess",
    "MonitorSettings",
    "ObjectStoreSettings",
    "ProvisionSettings",
    "Seconds",
    "ServiceSettings",
    "Settings",
    "TraceSettings",
    "can_be_key",
    "default_data_folder",
    "is_secret",
    "model_access",
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


def _base_address(value: str) -> str:
    """Returns a base address without a slash at the end.

    Raises:
        ValueError: it is none, or it has a user, a query or a fragment, which would reach logs.
    """
    parts = urlsplit(value)
    if (
        parts.scheme not in {"http", "https"}
        or not parts.hostname
        or "@" in parts.netloc
        or parts.query
        or parts.fragment
    ):
        message = "must be an address such as http://127.0.0.1:11434/v1, without user, query and fragment"
        raise ValueError(message)
    _ = parts.port  # raises ValueError
    return value.rstrip("/")


BaseAddress = Annotated[str, AfterValidator(_base_address)]
"""The address of a server, with a path such as `/v1`."""


def can_be_key(key: SecretStr) -> bool:
    """Returns whether a secret can be sent as a key, which a whole file or a phrase cannot."""
    text = key.get_secret_value()
    return text.isascii() and text.isprintable() and " " not in text


@dataclass(frozen=True)
class ModelAccess:
    """How to reach a model at a server that speaks the OpenAI interface.

    Attributes:
        url: base address.
        model: id of the model.
        key: None if the server needs none.
        timeout: limit for one answer.
    """

    url: str
    model: str
    key: SecretStr | None
    timeout: timedelta


def model_access(
    variable: str,
    *,
    url: str | None,
    model: str | None,
    key: SecretStr | None,
    timeout: timedelta,
    user: str,
    otherwise: str,
    code: FailureCode,
) -> ModelAccess:
    """Returns how to reach a model, from settings.

    Args:
        variable: prefix of the settings, such as `SCRIPT_MODEL`.
        url: base address.
        model: id of the model.
        key: None if the server needs none.
        timeout: limit for one answer.
        user: what needs the model, for errors.
        otherwise: what to set without a model.
        code: of the error.

    Raises:
        PermanentError: with the code; a setting is missing, or the key cannot be a key.
    """
    if url is None or model is None:
        raise PermanentError(
            code,
            f"{user} needs {f'{variable}_URL' if url is None else variable}, which is not set",
            hint=f"set {variable}_URL and {variable}, or {otherwise}",
        )
    if key is not None and not can_be_key(key):
        raise PermanentError(
            code,
            f"{variable}_KEY or the file of {variable}_KEY_FILE holds something that cannot be a key",
            hint=f"set {variable}_KEY to a key, or unset it if the server needs none",
        )
    return ModelAccess(url, model, key, timeout)


def default_data_folder() -> Path:
    """Returns the user's data folder, which is used unless another one is named."""
    return platformdirs.user_data_path("scenewire")


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
        raise _unusable(variable, f"{variable} and {variable}_FILE are both given")
    try:
        content = Path(name).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        # Not the name: somebody may have put the secret itself there.
        reason = error.strerror if isinstance(error, OSError) else "it is not text in UTF-8"
        raise _unusable(variable, f"the file that {variable}_FILE names cannot be read: {reason}") from None
    if not content:
        raise _unusable(variable, f"the file that {variable}_FILE names is empty")
    return content


def _unusable(variable: str, message: str) -> PermanentError:
    return PermanentError(
        FailureCode.INVALID_SETTINGS,
        message,
        hint=f"set {variable} to the value itself, or {variable}_FILE to the path of a file that holds nothing else",
    )


class _SecretFiles(PydanticBaseSettingsSource):
    """Reads secrets with an alias through `secret`."""

    @override
    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        variable = field.validation_alias
        if not is_secret(field) or not isinstance(variable, str):
            return None, field_name, False
        if variable in self.current_state:  # given in code, so the file is of no interest
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
        allow_inf_nan=False,
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
    """The endpoint for metrics and health."""

    monitor_host: str = Field(
        default="127.0.0.1",
        min_length=1,
        validation_alias="MONITOR_HOST",
        description="Address of the endpoint for metrics and health; 0.0.0.0 in a container.",
    )
    monitor_port: Annotated[int | None, EmptyAsNone] = Field(
        default=None,
        ge=0,
        le=65535,
        validation_alias="MONITOR_PORT",
        description="Port of `/metrics`, `/healthz` and `/livez`; 0 takes any free one. None opens no port.",
    )


class LogFileSettings(Settings):
    """How much disk logs may take."""

    log_file_size: ByteSize = Field(
        default=ByteSize(20 << 20),
        ge=1 << 10,
        validation_alias="LOG_FILE_SIZE",
        description="Size at which a log file is rotated, also that of the embedded NATS server.",
    )
    log_files: int = Field(
        default=5,
        ge=2,
        validation_alias="LOG_FILES",
        description="Number of log files that are kept, the current one included.",
    )


class AdmissionSettings(Settings):
    """When new orders are refused. Read by whatever takes them: the script service, and commands that order."""

    max_waiting: int = Field(
        default=5_000,
        ge=1,
        validation_alias="ORDERS_MAX_WAITING",
        description="Messages that may wait to be worked on, mostly scenes; with more, new orders are refused.",
    )
    max_stream_share: float = Field(
        default=0.9,
        gt=0,
        le=1,
        validation_alias="ORDERS_MAX_STREAM_SHARE",
        description="Share of the stream's size limit; beyond, new orders are refused. The rest is for videos in progress.",
    )
    min_free: ByteSize = Field(
        default=ByteSize(100 << 20),
        ge=0,
        validation_alias="ORDERS_MIN_FREE",
        description="Free space on the disk of the artifacts; with less, new orders are refused.",
    )


class ProvisionSettings(Settings):
    """What provisioning applies to the server."""

    max_in_flight: int = Field(
        default=1_000,
        ge=1,
        validation_alias="BUS_MAX_IN_FLIGHT",
        description="Messages of one kind that all workers together may have in flight, those that wait for their next try "
        "included; more than the loops of all replicas. Provisioning applies it.",
    )


class TraceSettings(Settings):
    """Where traces are sent. The libraries of OpenTelemetry read all its other variables."""

    otel_endpoint: Annotated[str | None, EmptyAsNone] = Field(
        default=None,
        validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT",
        description="Collector that traces are sent to, such as http://otel-collector:4318: OTLP over HTTP. None records no "
        "traces; see docs/traces.md.",
    )
    otel_traces_endpoint: Annotated[str | None, EmptyAsNone] = Field(
        default=None,
        validation_alias="OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
        description="The same with its whole path, such as http://otel-collector:4318/v1/traces.",
    )
    otel_sdk_disabled: bool = Field(
        default=False, validation_alias="OTEL_SDK_DISABLED", description="Whether no traces are recorded in any case."
    )

    @property
    def is_tracing(self) -> bool:
        """Whether spans are recorded and sent."""
        return not self.otel_sdk_disabled and (self.otel_endpoint or self.otel_traces_endpoint) is not None


class ServiceSettings(MonitorSettings, LogFileSettings, TraceSettings):
    """The bus, the artifact store and logging.

    The aliases have no service prefix: one NATS_URL serves a whole host.
    """

    nats_url: str = Field(
        default="nats://127.0.0.1:4222", validation_alias="NATS_URL", description="URL of the NATS server."
    )
    nats_user: Annotated[str | None, EmptyAsNone] = Field(
        default=None,
        pattern=r"^[A-Za-z0-9_-]+$",
        validation_alias="NATS_USER",
        description="User on the bus; receives replies under `_INBOX_<user>` only.",
    )
    nats_password: SecretStr | None = Field(
        default=None,
        validation_alias="NATS_PASSWORD",
        description="Password of that user; never logged.",
    )
    artifacts_url: str = Field(
        validation_alias="ARTIFACTS_URL",
        description="Artifact store: file:///absolute/folder or s3://bucket/prefix; see docs/artifacts.md.",
    )
    webapp_dir: Annotated[Path | None, EmptyAsNone] = Field(
        default=None,
        validation_alias="WEBAPP_DIR",
        description="Folder of the prior system's web application. When set, videos and narrations are also written where "
        "that application expects them, and the record has these paths; see docs/webapp.md.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", validation_alias="LOG_LEVEL", description="DEBUG, INFO, WARNING or ERROR."
    )
    log_format: Literal["json", "console"] = Field(
        default="json", validation_alias="LOG_FORMAT", description="`json`, one event per line, or `console`."
    )
    log_file: Path | None = Field(
        default=None, validation_alias="LOG_FILE", description="Log file; None logs to standard error."
    )
    event_loop_timeout: Seconds = Field(
        default=timedelta(seconds=60),
        gt=timedelta(0),
        validation_alias="EVENT_LOOP_TIMEOUT",
        description="How long the event loop of a service may not respond. Then the process logs what blocks it and ends "
        "with code 70, for its supervisor to start it again.",
    )
    drain_time: Seconds = Field(
        default=timedelta(seconds=25),
        validation_alias="DRAIN_TIME",
        description="How long a stopping service may finish its work before it naks the message; 1 s under "
        "`scenewire make` and `up` unless set.",
    )
    is_alone: bool = Field(
        default=False,
        validation_alias="BUS_ALONE",
        description="Whether no process of another host or stack consumes from the bus. Kills and stops of earlier runs then "
        "do not count as failures of the messages that they interrupted. Set by `scenewire make` and `up`.",
    )


class ObjectStoreSettings(Settings):
    """Access to an object store and its cache on this host; used when `ARTIFACTS_URL` is a bucket.

    Other S3 programs read the same variables.
    """

    endpoint_url: Annotated[str | None, EmptyAsNone] = Field(
        default=None,
        pattern=r"^https?://[^/\s]+",
        validation_alias="AWS_ENDPOINT_URL",
        description="URL of an S3 store other than Amazon's. With `http://`, traffic is not encrypted.",
    )
    region: Annotated[str | None, EmptyAsNone] = Field(
        default=None, validation_alias="AWS_REGION", description="Region of the bucket."
    )
    access_key_id: Annotated[SecretStr | None, EmptyAsNone] = Field(
        default=None, validation_alias="AWS_ACCESS_KEY_ID", description="Access key id; never logged."
    )
    secret_access_key: Annotated[SecretStr | None, EmptyAsNone] = Field(
        default=None, validation_alias="AWS_SECRET_ACCESS_KEY", description="Secret access key; never logged."
    )
    timeout: Seconds = Field(
        default=timedelta(seconds=60),
        gt=timedelta(0),
        validation_alias="ARTIFACTS_TIMEOUT",
        description="How long the store may not respond; calls are retried for twice as long.",
    )
    cache_dir: Path = Field(
        default_factory=lambda: platformdirs.user_cache_path("scenewire") / "artifacts",
        validation_alias="ARTIFACTS_CACHE_DIR",
        description="Folder for local copies; processes of a host may share it.",
    )
    cache_size: ByteSize = Field(
        default=ByteSize(20 << 30),
        gt=0,
        validation_alias="ARTIFACTS_CACHE_SIZE",
        description="Size limit of the cache; files used within the last hour are kept in any case.",
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
