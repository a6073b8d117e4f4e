"""Time in whole frames, and what can be reckoned with it. Pure; knows neither messages nor media.

    units    frame rates, positions, durations; to and from seconds, samples and other rates
    ranges   half-open stretches of time, and lists of them: gaps, union, coverage
    clips    a stretch of a source file, and everything that is wrong with it

Nothing here drifts: all is integers, rounded once and in a direction that the caller names. Seconds are exact
fractions until a caller makes a float of them.
"""

from scenewire.timeline.clips import Clip, ClipValidationError, explain, validate_clip, validate_clips
from scenewire.timeline.ranges import TimeRange, find_gaps, find_uncovered, merge_ranges, total_coverage
from scenewire.timeline.units import (
    FPS_23_976,
    FPS_24,
    FPS_25,
    FPS_29_97,
    FPS_30,
    FPS_50,
    FPS_59_94,
    FPS_60,
    Duration,
    FrameRate,
    Position,
    Rounding,
)

__all__ = [
    "FPS_23_976",
    "FPS_24",
    "FPS_25",
    "FPS_29_97",
    "FPS_30",
    "FPS_50",
    "FPS_59_94",
    "FPS_60",
    "Clip",
    "ClipValidationError",
    "Duration",
    "FrameRate",
    "Position",
    "Rounding",
    "TimeRange",
    "explain",
    "find_gaps",
    "find_uncovered",
    "merge_ranges",
    "total_coverage",
    "validate_clip",
    "validate_clips",
]
