"""Footage servers that ship with scenewire: how each is started, and which settings it requires."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from scenewire.processes.run import python_module

__all__ = ["BUNDLED_SERVERS", "GROUPS", "OPEN", "SHARED_VARIABLES", "BundledServer"]

SHARED_VARIABLES: Final = ("SOURCING_CONTACT", "SOURCING_ANSWERS_DIR")
"""The variables that every bundled server gets."""


@dataclass(frozen=True)
class BundledServer:
    """A server that is configured by its name alone."""

    about: str
    requires: tuple[str, ...]
    """Variables of which one must be set."""
    prefix: str
    """The server gets all variables with this prefix and `SHARED_VARIABLES`; no other program does."""
    command: tuple[str, ...]
    hosts: tuple[str, ...] = ()
    """Hosts that its files may be downloaded from."""
    own_footage: bool = False
    """Whether the customer is responsible for the rights."""
    max_queries: int | None = None
    """Of a sentence; None for servers that can be asked often."""
    by_default: bool = True
    """Whether it is used without being named, once its required variable is set. Archives without a key are not: every
    video would query them."""

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
    "commons": BundledServer(
        about="Wikimedia Commons",
        requires=(),
        prefix="COMMONS_",
        command=_command("commons"),
        hosts=("upload.wikimedia.org",),
        by_default=False,
    ),
    "archive_org": BundledServer(
        about="the Internet Archive",
        requires=(),
        prefix="ARCHIVE_ORG_",
        command=_command("archive_org"),
        hosts=("archive.org", "*.archive.org"),
        by_default=False,
    ),
    "nasa": BundledServer(
        about="the archive of NASA",
        requires=(),
        prefix="NASA_",
        command=_command("nasa"),
        hosts=("images-assets.nasa.gov",),
        by_default=False,
    ),
    "loc": BundledServer(
        about="the Library of Congress",
        requires=(),
        prefix="LOC_",
        command=_command("loc"),
        hosts=("*.loc.gov",),
        max_queries=1,
        by_default=False,
    ),
    "openverse": BundledServer(
        about="openly licensed pictures that Openverse finds",
        requires=(),
        prefix="OPENVERSE_",
        command=_command("openverse"),
        hosts=("api.openverse.org", "live.staticflickr.com", "upload.wikimedia.org"),
        max_queries=1,
        by_default=False,
    ),
    "pexels": BundledServer(
        about="videos and photos of Pexels",
        requires=("PEXELS_API_KEY", "PEXELS_API_KEY_FILE"),
        prefix="PEXELS_",
        command=_command("pexels"),
        hosts=("videos.pexels.com", "images.pexels.com"),
    ),
    "pixabay": BundledServer(
        about="videos and photos of Pixabay",
        requires=("PIXABAY_API_KEY", "PIXABAY_API_KEY_FILE"),
        prefix="PIXABAY_",
        command=_command("pixabay"),
        hosts=("cdn.pixabay.com", "pixabay.com"),
    ),
}
"""In order of preference."""

OPEN: Final = "open"

GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    OPEN: tuple(name for name, bundled in BUNDLED_SERVERS.items() if not bundled.requires),
}
"""Names that stand for several servers: `open` for the archives without a key."""
