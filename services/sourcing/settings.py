"""The environment of the sourcing service."""

import sys
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
    SecretStr,
    StringConstraints,
    field_validator,
    model_validator,
)
from pydantic_settings import SettingsConfigDict

from shared.settings import Seconds, ServiceSettings

__all__ = ["FootageServer", "SourcingSettings"]

_LIBRARY_COMMAND: Final = (sys.executable, "-m", "services.sourcing.servers.library")


class FootageServer(BaseModel):
    """An MCP server that offers footage: a command that we start, or an address where it listens."""

    model_config = ConfigDict(frozen=True, extra="forbid")

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

    @model_validator(mode="after")
    def _is_reached_in_one_way(self) -> Self:
        if (self.command is None) == (self.url is None):
            message = f"footage server {self.name}: give either a command or a url"
            raise ValueError(message)
        return self


class SourcingSettings(ServiceSettings):
    """What every service reads, and where footage comes from."""

    model_config = SettingsConfigDict(env_prefix="SOURCING_")

    servers: tuple[FootageServer, ...] | None = Field(
        default=None,
        description="Footage servers in order of preference, as a JSON list of {name, command or url, env, root}; "
        "None takes the shipped library server when LIBRARY_DIR is set.",
    )
    library_dir: Annotated[Path | None, BeforeValidator(lambda value: value or None)] = Field(
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

    @field_validator("servers")
    @classmethod
    def _have_different_names(cls, servers: tuple[FootageServer, ...] | None) -> tuple[FootageServer, ...] | None:
        names = [server.name for server in servers or ()]
        if len(set(names)) != len(names):
            message = f"two footage servers have the same name: {', '.join(names)}"
            raise ValueError(message)
        return servers

    @property
    def footage_servers(self) -> tuple[FootageServer, ...]:
        """The servers to ask, best first."""
        if self.servers is not None:
            return self.servers
        if self.library_dir is None:
            return ()
        folder = self.library_dir.absolute()
        environment = {"LIBRARY_DIR": SecretStr(str(folder))}
        return (FootageServer(name="library", command=_LIBRARY_COMMAND, env=environment, root=folder),)
