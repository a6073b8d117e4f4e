"""Settings of the gateway."""

from pathlib import Path
from typing import Annotated

from pydantic import ByteSize, Field, SecretStr
from pydantic_settings import SettingsConfigDict

from scenewire.settings import BaseAddress, EmptyAsNone, ServiceSettings, default_data_folder

__all__ = ["GatewaySettings"]


class GatewaySettings(ServiceSettings):
    """Settings of every service, the record, and where and to whom the gateway answers."""

    model_config = SettingsConfigDict(env_prefix="GATEWAY_")

    database_url: SecretStr = Field(
        validation_alias="DATABASE_URL",
        description="URL of the record, which the gateway only reads; may contain a password.",
    )
    host: str = Field(
        default="127.0.0.1",
        min_length=1,
        description="Address to listen on. Any other than a loopback address needs `GATEWAY_KEYS_FILE`.",
    )
    published_on: Annotated[str | None, EmptyAsNone] = Field(
        default=None,
        description="Address of the host on which a container's port is published. On a loopback address, only that host can "
        "reach it, and no API keys are needed, whatever `GATEWAY_HOST` is.",
    )
    port: int = Field(default=8321, ge=0, le=65535, description="Port to listen on; 0 takes any free one.")
    keys_file: Annotated[Path | None, EmptyAsNone] = Field(
        default=None,
        description="File of API keys, which `scenewire keys` writes; gateway/keys.toml in the data folder if None. Without "
        "keys, only this host is answered.",
    )
    data_folder: Annotated[Path | None, EmptyAsNone] = Field(
        default=None,
        validation_alias="SCENEWIRE_DATA",
        description="Folder whose subfolder `gateway` holds API keys and the secret of sessions.",
    )
    webhooks_file: Annotated[Path | None, EmptyAsNone] = Field(
        default=None, description="File with the programs that are told how projects end; see docs/webhooks.md."
    )
    public_url: Annotated[BaseAddress | None, EmptyAsNone] = Field(
        default=None,
        description="Address of the gateway for others, for links in webhooks, such as https://videos.example.org.",
    )
    max_upload: ByteSize = Field(default=ByteSize(1 << 30), gt=0, description="Size limit of an uploaded file.")
    cache_dir: Annotated[Path | None, EmptyAsNone] = Field(
        default=None, description="Folder for previews; None takes a folder that is removed at the end."
    )
    cache_size: ByteSize = Field(default=ByteSize(2 << 30), gt=0, description="Size limit of the previews.")

    @property
    def own_folder(self) -> Path:
        """Where the gateway keeps its keys and secrets."""
        return (self.data_folder or default_data_folder()).absolute() / "gateway"
