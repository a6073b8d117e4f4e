"""Settings of the sourcing service."""

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
from scenewire_sourcing.providers.bundled_servers import BUNDLED_SERVERS, GROUPS, OPEN, SHARED_VARIABLES
from scenewire_sourcing.providers.server_config import FootageServer
from scenewire_sourcing.user_agent import CONTACT_PATTERN

__all__ = ["SourcingSettings"]


def _listed(value: object) -> object:
    """Parses servers: JSON, or comma-separated names; an empty variable counts as unset.

    A group stands for its servers that the list does not name itself.
    """
    if isinstance(value, str):
        text = value.strip()
        value = json.loads(text) if text.startswith("[") else [name.strip() for name in text.split(",") if name.strip()]
        value = value if text else None
    if not isinstance(value, list):
        return value
    named = {item if isinstance(item, str) else item.get("name") for item in value if isinstance(item, (str, dict))}
    listed: list[object] = []
    for item in value:
        if isinstance(item, str):
            listed += [{"name": name} for name in GROUPS.get(item, (item,)) if item not in GROUPS or name not in named]
        else:
            listed.append(item)
    return listed


def _bundled_environment() -> dict[str, SecretStr]:
    """Returns the variables for bundled servers; an empty variable counts as unset."""
    prefixes = (*(bundled.prefix for bundled in BUNDLED_SERVERS.values()), *SHARED_VARIABLES)
    return {name: SecretStr(value) for name, value in os.environ.items() if name.startswith(prefixes) and value}


class SourcingSettings(ServiceSettings):
    """Common settings, and where footage comes from."""

    model_config = SettingsConfigDict(env_prefix="SOURCING_", hide_input_in_errors=True)

    servers: Annotated[tuple[FootageServer, ...] | None, NoDecode, BeforeValidator(_listed)] = Field(
        default=None,
        description="Footage servers in order of preference: names of bundled servers (`library,dvids,open`), or a JSON "
        "list of names and of {name, command or url, env, root, hosts, tool_mapping, …}. `open` stands for the archives "
        "without a key. Unset: library if LIBRARY_DIR is set, and the archives whose key is set; orders may then also name "
        "archives without a key. If set, no other server is used.",
    )
    library_dir: Annotated[Path | None, EmptyAsNone] = Field(
        default=None,
        validation_alias="LIBRARY_DIR",
        description="Folder of clips and still pictures for the bundled library server.",
    )
    answers_dir: Annotated[Path | None, EmptyAsNone] = Field(
        default=None,
        description="Folder in which the servers of archives keep answers, so that later runs ask less; `answers` in the data "
        "folder for embedded services. None keeps them in memory.",
    )
    contact: str = Field(
        default="",
        pattern=CONTACT_PATTERN,
        description="Email address or URL that archives may contact about this installation's requests; Wikimedia asks "
        "for one. It is sent in the header User-Agent.",
    )
    allow_noncommercial: bool = Field(
        default=False, description="Whether footage is used whose licence forbids commercial use, such as CC BY-NC."
    )
    allow_no_changes: bool = Field(
        default=False,
        description="Whether footage is used whose licence forbids changes, such as CC BY-ND. Cutting footage into a video "
        "is a change.",
    )
    loops: int = Field(default=2, ge=1, le=64, description="Scenes processed concurrently.")
    server_timeout: Seconds = Field(
        default=timedelta(seconds=20),
        gt=timedelta(0),
        description="Limit for a footage server to start or to answer, seconds.",
    )
    max_file_size: ByteSize = Field(default=ByteSize(4 << 30), gt=0, description="Largest accepted clip, bytes.")
    max_download_size: ByteSize = Field(default=ByteSize(1 << 30), gt=0, description="Largest clip to download, bytes.")
    download_timeout: Seconds = Field(
        default=timedelta(minutes=5), gt=timedelta(0), description="Limit for the download of one clip, seconds."
    )
    download_stall_timeout: Seconds = Field(
        default=timedelta(seconds=20), gt=timedelta(0), description="Longest stall of a download, seconds."
    )
    download_cache_time: Seconds = Field(
        default=timedelta(days=30),
        ge=timedelta(0),
        description="How long all workers on the same artifacts reuse a downloaded clip, seconds.",
    )
    _environment: dict[str, SecretStr] = PrivateAttr(default_factory=_bundled_environment)

    @field_validator("servers")
    @classmethod
    def _names_are_unique(cls, servers: tuple[FootageServer, ...] | None) -> tuple[FootageServer, ...] | None:
        names = [server.name for server in servers or ()]
        if len(set(names)) != len(names):
            message = f"footage servers must have different names, got {', '.join(names)}"
            raise ValueError(message)
        return servers

    @model_validator(mode="after")
    def _bundled_servers_are_complete(self) -> Self:
        for server in self.footage_servers:
            missing = BUNDLED_SERVERS[server.name].missing(server.env) if server.command in _BUNDLED_COMMANDS else ""
            if missing:
                message = f"footage server {server.name} requires {missing}"
                raise ValueError(message)
        return self

    @property
    def footage_servers(self) -> tuple[FootageServer, ...]:
        """The servers to search, in order of preference, with their defaults filled in."""
        environment = self._server_environment
        named = self.servers
        if named is None:
            usable = (
                name
                for name, bundled in BUNDLED_SERVERS.items()
                if bundled.by_default and not bundled.missing(environment)
            )
            named = tuple(FootageServer(name=name) for name in usable)
        return tuple(server.with_defaults(environment) if server.is_bundled else server for server in named)

    @property
    def servers_on_request(self) -> tuple[FootageServer, ...]:
        """The servers that only orders which name them use: the archives without a key, unless servers are configured."""
        if self.servers is not None:
            return ()
        return tuple(FootageServer(name=name).with_defaults(self._server_environment) for name in GROUPS[OPEN])

    @property
    def _server_environment(self) -> dict[str, SecretStr]:
        folders = {"LIBRARY_DIR": self.library_dir, "SOURCING_ANSWERS_DIR": self.answers_dir}
        given = {name: SecretStr(str(folder.absolute())) for name, folder in folders.items() if folder is not None}
        return self._environment | given


_BUNDLED_COMMANDS: Final = {bundled.command for bundled in BUNDLED_SERVERS.values()}
