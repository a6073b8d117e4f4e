"""Whether a film has the length that was ordered. Pure."""

from collections.abc import Sequence
from typing import Final

from scenewire.messages import Brief, Scene

__all__ = ["length_notes"]

_TOLERANCE: Final = 0.1
"""A film is as long as ordered when it misses that by no more than this share."""


def length_notes(brief: Brief, scenes: Sequence[Scene], duration: float) -> tuple[str, ...]:
    """What to say of a film's length; nothing where none was ordered, or where the script already said it.

    Args:
        brief: with the ordered length.
        scenes: all of them.
        duration: seconds, measured on the film.
    """
    ordered = brief.options.target_duration
    held_to_it = any(scene.wanted_duration is not None for scene in scenes)
    if not held_to_it or abs(duration - ordered) <= _TOLERANCE * ordered:
        return ()
    return (f"The film lasts {duration:.0f} s; {ordered:.0f} s were ordered.",)
