"""The configuration of one footage server: how it is started or reached, and what it may do."""

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ByteSize, ConfigDict, Field, SecretStr, StringConstraints, model_validator

from scenewire_sourcing.providers.bundled_servers import BUNDLED_SERVERS, GROUPS, SHARED_VARIABLES
from scenewire_sourcing.providers.tool_mapping import ToolMapping

__all__ = ["FootageServer", "path_error"]

_Host = Annotated[str, StringConstraints(pattern=r"^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)+$", max_length=253)]
_LocalHost = Annotated[str, StringConstraints(pattern=r"^[a-z0-9.-]+:\d{1,5}$")]
_Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class FootageServer(BaseModel):
    """An MCP server that offers footage: a command to start, or the URL where it listens.

    A bundled server needs only its name; all other fields override its defaults.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)  # it may hold keys

    name: Annotated[str, StringConstraints(pattern=r"^[\w][\w .-]{0,99}$")] = Field(
        description="The name by which orders select it in `footage_providers`."
    )
    command: tuple[str, ...] | None = Field(
        default=None, min_length=1, description="Program and arguments; not run in a shell."
    )
    url: str | None = Field(default=None, pattern=r"^https?://", description="URL of its streamable HTTP endpoint.")
    env: Mapping[str, SecretStr] = Field(
        default={}, description="Variables for the command, besides HOME, PATH and the like; may hold keys."
    )
    root: Path | None = Field(
        default=None, description="Folder that holds its files; paths that lead out of it are refused."
    )
    hosts: tuple[_Host, ...] = Field(
        default=(), description="Hosts that its files may be downloaded from; `*.example.org` allows all subdomains."
    )
    local_hosts: tuple[_LocalHost, ...] = Field(
        default=(),
        description="Hosts, as `name:port`, that may be reached without TLS and at private addresses, such as an "
        "archive in your own network or a test double.",
    )
    own_footage: bool = Field(
        default=False,
        description="Whether its footage is your own: licences are then credited, but exclude nothing and need no review.",
    )
    max_queries: int | None = Field(
        default=None, ge=1, description="Most queries for what a sentence shows, for a server that is slow or limited."
    )
    tool_mapping: ToolMapping = Field(default=ToolMapping(), description="Names of its tools, arguments and fields.")
    max_answer_size: ByteSize = Field(
        default=ByteSize(1 << 20),
        ge=1 << 20,
        le=64 << 20,
        description="Largest answer, bytes; a server that sends pictures within its answers needs more than 1 MiB.",
    )
    pins: Mapping[str, _Sha256] = Field(
        default={},
        description="Hashes of the tools that are called, as approved; a server with other tools is not used.",
    )

    @model_validator(mode="after")
    def _has_one_address(self) -> Self:
        if self.name in GROUPS:
            message = f"{self.name} is the name of a group of footage servers; choose another one for your own"
            raise ValueError(message)
        if (self.command is None) == (self.url is None) and (self.command or self.name not in BUNDLED_SERVERS):
            similar = get_close_matches(self.name, BUNDLED_SERVERS, 1)
            suggestion = f"; did you mean {similar[0]!r}?" if similar else ""
            bundled = ", ".join(BUNDLED_SERVERS)
            message = (
                f"footage server {self.name!r} is not one of the bundled ones ({bundled}){suggestion}"
                if self.command is None
                else f"footage server {self.name!r} has both command and url"
            )
            raise ValueError(f"{message}; a server of your own needs either command or url")
        tools = {self.tool_mapping.search_tool, self.tool_mapping.get_tool} - {None}
        if self.pins and self.pins.keys() != tools:
            message = f"footage server {self.name}: pin each of {', '.join(sorted(filter(None, tools)))}, or none"
            raise ValueError(message)
        return self

    @property
    def is_bundled(self) -> bool:
        """Whether it is a bundled server whose defaults are still to be filled in."""
        return self.command is None and self.url is None

    def with_defaults(self, environment: Mapping[str, SecretStr]) -> "FootageServer":
        """Returns a bundled server with its defaults filled in.

        Args:
            environment: provides the variables with the server's prefix.
        """
        bundled = BUNDLED_SERVERS[self.name]
        env = {
            name: value
            for name, value in environment.items()
            if name.startswith(bundled.prefix) or name in SHARED_VARIABLES
        }
        env |= self.env
        folder = env.get("LIBRARY_DIR")
        defaults = {
            "command": bundled.command,
            "hosts": bundled.hosts,
            "own_footage": bundled.own_footage,
            "max_queries": bundled.max_queries,
            "root": Path(folder.get_secret_value()) if folder else None,
        }
        unset = {name: value for name, value in defaults.items() if name not in self.model_fields_set}
        return self.model_copy(update={**unset, "env": env})


def path_error(server: FootageServer) -> str:
    """Checks the folder or file that a bundled server was given; returns the error, or an empty string."""
    bundled = BUNDLED_SERVERS.get(server.name)
    variable = next((name for name in bundled.requires if name in server.env), "") if bundled else ""
    if bundled is None or server.command != bundled.command or not variable.endswith(("_DIR", "_FILE")):
        return ""
    path = Path(server.env[variable].get_secret_value())
    if path.exists() and path.is_dir() == variable.endswith("_DIR"):  # a key may come through a pipe
        return ""
    return f"{variable} does not name a {'folder' if variable.endswith('_DIR') else 'file'}: {path}"
