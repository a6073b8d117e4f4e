"""The environment of the sourcing service."""

import json
import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ByteSize,
    ConfigDict,
    Field,
    PrivateAttr,
    SecretStr,
    StringConstraints,
    field_validator,
    model_validator,
)
from pydantic_settings import NoDecode, SettingsConfigDict

from services.sourcing.adapter import Adapter
from services.sourcing.shipped import SHIPPED
from shared.settings import Seconds, ServiceSettings

__all__ = ["FootageServer", "SourcingSettings", "absent_path"]

_Host = Annotated[str, StringConstraints(pattern=r"^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)+$", max_length=253)]
_LocalHost = Annotated[str, StringConstraints(pattern=r"^[a-z0-9.-]+:\d{1,5}$")]
_Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class FootageServer(BaseModel):
    """An MCP server that offers footage: a command that we start, or an address where it listens.

    One of the shipped servers needs only its name; what else is given replaces or adds to what it comes with.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)  # it may hold keys

    name: Annotated[str, StringConstraints(pattern=r"^[\w][\w .-]{0,99}$")] = Field(
        description="What orders call it in `footage_providers`."
    )
    command: tuple[str, ...] | None = Field(default=None, min_length=1, description="Program and arguments; no shell.")
    url: str | None = Field(default=None, pattern=r"^https?://", description="Where it listens (streamable HTTP).")
    env: Mapping[str, SecretStr] = Field(
        default={}, description="Variables for the command, besides HOME, PATH and the like; may hold keys."
    )
    root: Path | None = Field(
        default=None, description="The folder its files lie in; a path that leads out of it is refused."
    )
    hosts: tuple[_Host, ...] = Field(
        default=(), description="Hosts that its files may be downloaded from; `*.example.org` takes all below one."
    )
    local_hosts: tuple[_LocalHost, ...] = Field(
        default=(),
        description="Hosts, as `name:port`, that may be reached without TLS and at private addresses: an archive in "
        "the house, a double in a test.",
    )
    adapter: Adapter = Field(default=Adapter(), description="What its tools are called and how they answer.")
    pins: Mapping[str, _Sha256] = Field(
        default={}, description="Hashes of its two tools as they were approved; with others it is not used."
    )

    @model_validator(mode="after")
    def _is_reached_in_one_way(self) -> Self:
        if (self.command is None) == (self.url is None) and (self.command or self.name not in SHIPPED):
            message = (
                f"footage server {self.name}: give either a command or a url; only {', '.join(SHIPPED)} need neither"
            )
            raise ValueError(message)
        tools = {self.adapter.search_tool, self.adapter.get_tool}
        if self.pins and self.pins.keys() != tools:
            message = f"footage server {self.name}: give a pin for each of {', '.join(sorted(tools))}, or none"
            raise ValueError(message)
        return self

    @property
    def is_shipped(self) -> bool:
        """Whether it is one of ours, with what it comes with still to be filled in."""
        return self.command is None and self.url is None

    def filled_in(self, environment: Mapping[str, SecretStr]) -> "FootageServer":
        """A shipped server with all that it comes with.

        Args:
            environment: of which it gets what is meant for it.
        """
        ours = SHIPPED[self.name]
        env = {name: value for name, value in environment.items() if name.startswith(ours.prefix)} | dict(self.env)
        folder = env.get("LIBRARY_DIR")
        came = {
            "command": ours.command,
            "hosts": ours.hosts,
            "root": Path(folder.get_secret_value()) if folder else None,
        }
        kept = {name: value for name, value in came.items() if name not in self.model_fields_set}
        return self.model_copy(update={**kept, "env": env})


def absent_path(server: FootageServer) -> str:
    """What is wrong with the folder or file that a shipped server was given, empty when nothing is."""
    ours = SHIPPED.get(server.name)
    given = next((name for name in ours.needs if name in server.env), "") if ours else ""
    if ours is None or server.command != ours.command or not given.endswith(("_DIR", "_FILE")):
        return ""
    path = Path(server.env[given].get_secret_value())
    if path.exists() and path.is_dir() == given.endswith("_DIR"):  # a key may come through a pipe
        return ""
    return f"{given} names no {'folder' if given.endswith('_DIR') else 'file'}: {path}"


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


_NO_FOLDER: Final = BeforeValidator(lambda value: value or None)


class SourcingSettings(ServiceSettings):
    """What every service reads, and where footage comes from."""

    model_config = SettingsConfigDict(env_prefix="SOURCING_", hide_input_in_errors=True)

    servers: Annotated[tuple[FootageServer, ...] | None, NoDecode, BeforeValidator(_listed)] = Field(
        default=None,
        description="Footage servers in order of preference: names of shipped ones (`library,dvids,nasa`), or a JSON "
        "list of such names and of {name, command or url, env, root, hosts, adapter, …}. None takes the library when "
        "LIBRARY_DIR is set, and dvids when it has a key.",
    )
    library_dir: Annotated[Path | None, _NO_FOLDER] = Field(
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
