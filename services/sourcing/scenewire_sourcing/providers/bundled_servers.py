"""The footage servers that come with the product, as configuration: how each is started, and what it needs to run."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from scenewire.processes.run import python_module

__all__ = ["SHIPPED", "Shipped"]


@dataclass(frozen=True)
class Shipped:
    """A server that needs nothing but its name to be used."""

    about: str
    needs: tuple[str, ...]
    """Variables of which one must be set."""
    prefix: str
    """All variables that begin so are handed to it, and to nobody else."""
    command: tuple[str, ...]
    hosts: tuple[str, ...] = ()
    """Where its files may be downloaded from."""
    by_default: bool = True
    """Whether it is used as soon as it has what it needs, without being named."""

    def lacks(self, env: Mapping[str, object]) -> str:
        """What is missing in the environment it would get; empty if nothing is."""
        return "" if not self.needs or any(name in env for name in self.needs) else " or ".join(self.needs)


def _command(name: str) -> tuple[str, ...]:
    return tuple(python_module(f"scenewire_sourcing.servers.{name}"))


SHIPPED: Final[Mapping[str, Shipped]] = {
    "library": Shipped(
        about="the clips in a folder of yours",
        needs=("LIBRARY_DIR",),
        prefix="LIBRARY_",
        command=_command("library"),
    ),
    "dvids": Shipped(
        about="the archive of the U.S. Department of Defense",
        needs=("DVIDS_API_KEY", "DVIDS_API_KEY_FILE"),
        prefix="DVIDS_",
        command=_command("dvids"),
        hosts=("*.dvidshub.net", "*.cloudfront.net"),
    ),
    "nasa": Shipped(
        about="the archive of NASA",
        needs=(),
        prefix="NASA_",
        command=_command("nasa"),
        hosts=("images-assets.nasa.gov",),
        by_default=False,  # needs no key: without this rule every film would ask it
    ),
}
"""In order of preference."""
