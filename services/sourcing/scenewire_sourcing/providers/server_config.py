"""How one footage server is started or reached, and what it may do."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    model_validator,
)

from scenewire_sourcing.providers.bundled_servers import SHIPPED
from scenewire_sourcing.providers.tool_mapping import Adapter

__all__ = ["FootageServer", "absent_path"]

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
