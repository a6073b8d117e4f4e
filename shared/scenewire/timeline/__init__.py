"""Time in whole frames, and what can be reckoned with it. Pure; knows neither messages nor media.

    units    frame rates, positions, durations; to and from seconds, samples and other rates
    ranges   half-open stretches of time, and lists of them: gaps, union, coverage
    clips    a stretch of a source file, and everything that is wrong with it

Nothing here drifts: all is integers, rounded once and in a direction that the caller names. Seconds are exact
fractions until a caller makes a float of them.
"""

from scenewire.timeline.clips import Clip, ClipValidationError, describe_faults, validate_clip, validate_clips
from scenewire.timeline.ranges import TimeRange, find_gaps, find_uncovered, merge_ranges, total_coverage
from scenewire.timeline.units import (
    Duration,
    FrameRate,
    Position,
    Rounding,
    frames_for,
)

__all__ = [
    "Clip",
    "ClipValidationError",
    "Duration",
    "FrameRate",
    "Position",
    "Rounding",
    "TimeRange",
    "describe_faults",
    "find_gaps",
    "find_uncovered",
    "frames_for",
    "merge_ranges",
    "total_coverage",
    "validate_clip",
    "validate_clips",
]
