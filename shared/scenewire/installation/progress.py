"""What an installation reports while it runs."""

from typing import Protocol

__all__ = ["Progress"]


class Progress(Protocol):
    """Shows how far an installation is."""

    def note(self, text: str) -> None:
        """Shows a line of text."""
        ...

    def advance(self, name: str, done: int, total: int) -> None:
        """Shows how many bytes of a file or package have arrived."""
        ...
