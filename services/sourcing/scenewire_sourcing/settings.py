"""The environment of the sourcing service."""

import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import (
    BeforeValidator,
    ByteSize,
    Field,
    PrivateAttr,
    SecretStr,
    field_validator,
    model_validator,
)
from pydantic_settings import NoDecode, SettingsConfigDict

from scenewire.settings import EmptyAsNone, Seconds, ServiceSettings
from scenewire_sourcing.providers.bundled_servers import SHIPPED
from scenewire_sourcing.providers.server_config import FootageServer

__all__ = ["SourcingSettings"]


def _listed(value: object) -> object:
    """Servers as JSON, or as names with commas between; nothing for an empty variable."""
    if isinstance(value, str):
        text = value.strip()
        value = json.loads(text) if text.startswith("[") else [name.strip() for name in text.split(",") if name.strip()]
        value = value if text else None
    return [{"name": one} if isinstance(one, str) else one for one in value] if isinstance(value, list) else value


def _for_shipped() -> dict[str, SecretStr]:
    """What our environment holds for the shipped servers; an empty variable counts as none."""
    prefixes = tuple(ours.prefix for ours in SHIPPED.values())
    return {name: SecretStr(value) for name, value in os.environ.items() if name.startswith(prefixes) and value}


class SourcingSettings(ServiceSettings):
    """What every service reads, and where footage comes from."""

    model_config = SettingsConfigDict(env_prefix="SOURCING_", hide_input_in_errors=True)

    servers: Annotated[tuple[FootageServer, ...] | None, NoDecode, BeforeValidator(_listed)] = Field(
        default=None,
        description="Footage servers in order of preference: names of shipped ones (`library,dvids,nasa`), or a JSON "
        "list of such names and of {name, command or url, env, root, hosts, adapter, …}. None takes the library when "
        "LIBRARY_DIR is set, and dvids when it has a key.",
    )
    library_dir: Annotated[Path | None, EmptyAsNone] = Field(
        default=None, validation_alias="LIBRARY_DIR", description="Folder of video clips for the shipped server."
    )
    loops: int = Field(default=2, ge=1, le=64, description="Scenes in hand at the same time.")
    server_timeout: Seconds = Field(
        default=timedelta(seconds=20),
        gt=timedelta(0),
        description="How long a footage server may take to start or to answer, seconds.",
    )
    largest_file: ByteSize = Field(
        default=ByteSize(4 << 30), gt=0, description="A clip of more bytes than this is refused."
    )
    largest_download: ByteSize = Field(
        default=ByteSize(1 << 30), gt=0, description="A clip of more bytes than this is not downloaded."
    )
    download_timeout: Seconds = Field(
        default=timedelta(minutes=5), gt=timedelta(0), description="How long the download of one clip may take."
    )
    download_idle: Seconds = Field(
        default=timedelta(seconds=20), gt=timedelta(0), description="How long a download may stand still."
    )
    keep_downloads: Seconds = Field(
        default=timedelta(days=30),
        ge=timedelta(0),
        description="How long a downloaded clip is used again, by all workers on the same artifacts.",
    )
    _environment: dict[str, SecretStr] = PrivateAttr(default_factory=_for_shipped)

    @field_validator("servers")
    @classmethod
    def _have_different_names(cls, servers: tuple[FootageServer, ...] | None) -> tuple[FootageServer, ...] | None:
        names = [server.name for server in servers or ()]
        if len(set(names)) != len(names):
            message = f"two footage servers have the same name: {', '.join(names)}"
            raise ValueError(message)
        return servers

    @model_validator(mode="after")
    def _shipped_servers_have_what_they_need(self) -> Self:
        for server in self.footage_servers:
            missing = SHIPPED[server.name].lacks(server.env) if server.command in _OUR_COMMANDS else ""
            if missing:
                message = f"footage server {server.name} needs {missing}"
                raise ValueError(message)
        return self

    @property
    def footage_servers(self) -> tuple[FootageServer, ...]:
        """The servers to ask, best first, ready to be used."""
        environment = self._environment
        if self.library_dir is not None:
            environment = environment | {"LIBRARY_DIR": SecretStr(str(self.library_dir.absolute()))}
        named = self.servers
        if named is None:
            ready = (name for name, ours in SHIPPED.items() if ours.by_default and not ours.lacks(environment))
            named = tuple(FootageServer(name=name) for name in ready)
        return tuple(server.filled_in(environment) if server.is_shipped else server for server in named)


_OUR_COMMANDS: Final = {ours.command for ours in SHIPPED.values()}
