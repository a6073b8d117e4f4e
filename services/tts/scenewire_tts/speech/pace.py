"""Fits a scene to its duration: a longer pause if that suffices, else a slightly different speed, then a longer pause. Pure.

Within these limits a voice still sounds natural. A longer pause keeps the pace steady and costs nothing, while another speed
needs another narration.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

__all__ = ["MAX_SPEED_CHANGE", "MIN_SPEED_CHANGE", "Pace", "correction"]

MIN_SPEED_CHANGE: Final = 0.85
MAX_SPEED_CHANGE: Final = 1.15
"""Of the rate of the speech, relative to that at the ordered speed."""

_MAX_PAUSE_S: Final = 1.0
"""Silence after a scene, unless a longer one is configured."""

_TOLERANCE: Final = 0.025
"""A scene may miss its duration by this share, and so may the video."""

_MAX_SILENT_SHARE: Final = 0.08
"""Of its duration, which a longer pause alone may add to a scene."""


@dataclass(frozen=True)
class Pace:
    """Speed and pause of a scene."""

    speed: float
    pause: float
    """Seconds of silence after the scene."""


def correction(
    pace: Pace, *, speech: float, wanted: float, speed_for: Callable[[float], float] = lambda rate: rate
) -> Pace | None:
    """Returns the pace that brings a scene closest to its duration; None if the current pace is close enough.

    Args:
        pace: the current pace.
        speech: seconds of speech at this pace, without the pause.
        wanted: seconds that speech and pause should last together.
        speed_for: see `SpeechEngine.speed_for`.
    """
    missing = wanted - speech - pace.pause
    if abs(missing) <= _TOLERANCE * wanted:
        return None
    if 0 < missing <= min(_MAX_SILENT_SHARE * wanted, _MAX_PAUSE_S - pace.pause):
        return Pace(pace.speed, round(pace.pause + missing, 2))
    change = min(max(speech / max(wanted - pace.pause, 0.01), MIN_SPEED_CHANGE), MAX_SPEED_CHANGE)
    speed = round(pace.speed * speed_for(change), 2)
    missing = wanted - speech / change
    pause = min(max(missing, pace.pause), max(_MAX_PAUSE_S, pace.pause))
    corrected = Pace(speed, round(pause, 2))
    return None if corrected == pace else corrected
