"""Footage servers that ship with scenewire: how each is started, and which settings it requires."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from scenewire.processes.run import python_module

__all__ = ["BUNDLED_SERVERS", "CONTACT", "BundledServer"]

CONTACT: Final = "SOURCING_CONTACT"
"""The variable that every bundled server gets."""


@dataclass(frozen=True)
class BundledServer:
    """A server that is configured by its name alone."""

    about: str
    requires: tuple[str, ...]
    """Variables of which one must be set."""
    prefix: str
    """The server gets all variables with this prefix and `CONTACT`; no other program does."""
    command: tuple[str, ...]
    hosts: tuple[str, ...] = ()
    """Hosts that its files may be downloaded from."""
    own_footage: bool = False
    """Whether the customer is responsible for the rights."""
    by_default: bool = True
    """Whether it is used without being named, once its required variable is set."""

    def missing(self, env: Mapping[str, object]) -> str:
        """Returns the required variables that `env` lacks, for messages; empty when one is set."""
        is_met = not self.requires or any(name in env for name in self.requires)
        return "" if is_met else " or ".join(self.requires)


def _command(name: str) -> tuple[str, ...]:
    return tuple(python_module(f"scenewire_sourcing.servers.{name}"))


BUNDLED_SERVERS: Final[Mapping[str, BundledServer]] = {
    "library": BundledServer(
        about="clips and stills in your own folder",
        requires=("LIBRARY_DIR",),
        prefix="LIBRARY_",
        command=_command("library"),
        own_footage=True,
    ),
    "dvids": BundledServer(
        about="the archive of the U.S. Department of Defense",
        requires=("DVIDS_API_KEY", "DVIDS_API_KEY_FILE"),
        prefix="DVIDS_",
        command=_command("dvids"),
        hosts=("*.dvidshub.net", "*.cloudfront.net"),
    ),
    "nasa": BundledServer(
        about="the archive of NASA",
        requires=(),
        prefix="NASA_",
        command=_command("nasa"),
        hosts=("images-assets.nasa.gov",),
        by_default=False,  # it needs no key: by default, every video would query it
    ),
}
"""In order of preference."""
