"""How a scene is brought to the length it is to have: a little faster or slower, then a longer silence after it. Pure.

Within these bounds a voice still sounds like itself. A scene is only changed when it misses its length by more than a
listener would grant it, because a voice that keeps its pace is worth more than a second.
"""

from dataclasses import dataclass
from typing import Final

__all__ = ["FASTEST", "SLOWEST", "Pace", "correction"]

SLOWEST: Final = 0.85
FASTEST: Final = 1.15
"""Against the speed that was ordered."""

_LONGEST_PAUSE: Final = 1.0
"""Seconds of silence after a scene, unless more is configured."""

_TOLERANCE: Final = 0.08
"""A scene may miss its length by this share. The film then misses its own by less than a tenth, frames and all."""


@dataclass(frozen=True)
class Pace:
    """How a scene is spoken."""

    speed: float
    pause: float
    """Seconds of silence after it."""


def correction(pace: Pace, *, speech: float, wanted: float) -> Pace | None:
    """The pace that brings a scene as near to its length as it may be brought; None where its own is near enough.

    Args:
        pace: how it was spoken.
        speech: seconds that took, without the silence.
        wanted: seconds that speech and silence are to last.
    """
    if abs(speech + pace.pause - wanted) <= _TOLERANCE * wanted:
        return None
    change = speech / max(wanted - pace.pause, 0.01)
    speed = round(pace.speed * min(max(change, SLOWEST), FASTEST), 2)
    missing = wanted - speech * pace.speed / speed
    pause = min(max(missing, pace.pause), max(_LONGEST_PAUSE, pace.pause))
    corrected = Pace(speed, round(pause, 2))
    return None if corrected == pace else corrected
