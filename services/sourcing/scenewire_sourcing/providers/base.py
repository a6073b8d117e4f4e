"""The interface of a footage source, as the stage uses it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from scenewire_sourcing.candidates import FootageFile, FoundFootage

__all__ = ["FootageSource", "FootageUnavailableError", "LocatedFootage", "RemoteFile"]


class FootageUnavailableError(Exception):
    """A source cannot provide what was asked for; the message says why. The search moves on to the next source."""


@dataclass(frozen=True)
class RemoteFile:
    """A file to download and the hosts it may come from. `ingest.download` defines which URLs are valid."""

    url: str
    hosts: tuple[str, ...] = ()
    """Host names; `*.example.org` allows all subdomains."""
    local_hosts: tuple[str, ...] = ()
    """Hosts, as `name:port`, that may be reached without TLS and at private addresses."""


@dataclass(frozen=True)
class LocatedFootage:
    """A clip with a file that its source may use: a checked local path, or a download with its allowed hosts."""

    place: Path | RemoteFile
    footage: FootageFile


class FootageSource(Protocol):
    """A place that footage comes from. Every call returns or raises within a bounded time."""

    @property
    def name(self) -> str:
        """The name by which orders select it."""
        ...

    @property
    def identity(self) -> str:
        """Changes when another source takes over the name."""
        ...

    @property
    def is_own(self) -> bool:
        """Whether its footage is the customer's own, so that its licences are credited but not judged."""
        ...

    @property
    def max_queries(self) -> int | None:
        """The most queries for what a sentence shows; None if the source is fast and has no daily limit."""
        ...

    async def search(self, query: str, limit: int) -> list[FoundFootage]:
        """Searches clips, best first.

        Raises:
            FootageUnavailableError: the source could not be searched.
        """
        ...

    async def locate(self, footage_id: str) -> LocatedFootage:
        """Locates the file of a clip.

        Raises:
            FootageUnavailableError: the source has no usable file.
        """
        ...

    async def aclose(self) -> None:
        """Releases its processes and connections."""
        ...
