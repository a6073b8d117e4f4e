"""What readers return."""

from typing import NamedTuple

__all__ = ["ReadWord"]


class ReadWord(NamedTuple):
    """A word of a text, in the phonemes of the voice."""

    position: int
    """Index of its first character in the text."""
    phonemes: str
    joined: bool
    """Whether it is spoken without a space from the word before."""
