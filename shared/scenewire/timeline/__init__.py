"""Time in whole frames, and arithmetic with it. Pure: independent of messages and media.

    units          frame rates, positions, durations; to and from seconds, samples and other rates
    ranges         half-open ranges of time, and lists of them: gaps, union, coverage
    clips          a part of a source file, and its faults
    narrated_text  when each character of a narrated text is spoken

Nothing drifts: all values are integers, rounded once and in a direction that the caller chooses. Seconds are exact
fractions until the caller converts them.
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
