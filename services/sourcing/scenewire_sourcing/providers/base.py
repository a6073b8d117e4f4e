"""What the stage expects of a place that footage comes from."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from scenewire_sourcing.candidates import FootageFile, FoundFootage

__all__ = ["FootageSource", "FootageUnavailableError", "LocatedFootage", "RemoteFile"]


class FootageUnavailableError(Exception):
    """A source cannot give what was asked for; the message says why. The next one is tried."""


@dataclass(frozen=True)
class RemoteFile:
    """A file to download, and where from at most. What an address may look like is said in `download`."""

    url: str
    hosts: tuple[str, ...] = ()
    """Names of hosts, `*.example.org` for all below one."""
    local_hosts: tuple[str, ...] = ()
    """Hosts, as `name:port`, that may be asked without TLS and at private addresses."""


@dataclass(frozen=True)
class LocatedFootage:
    """Where a clip's file is, and what its source says of it."""

    place: Path | RemoteFile
    footage: FootageFile


class FootageSource(Protocol):
    """A place that footage comes from. Every call returns or raises within a bounded time."""

    @property
    def name(self) -> str:
        """What orders call it."""
        ...

    @property
    def identity(self) -> str:
        """Changes when it is another source under the same name."""
        ...

    async def search(self, query: str, limit: int) -> list[FoundFootage]:
        """Clips for some words, best first.

        Raises:
            FootageUnavailableError: it could not be asked.
        """
        ...

    async def locate(self, footage_id: str) -> LocatedFootage:
        """The file of a clip.

        Raises:
            FootageUnavailableError: it could not be had.
        """
        ...

    async def aclose(self) -> None:
        """Ends what it runs."""
        ...
