"""Half-open ranges of time, and lists of them. Lists may be in any order; returned lists are sorted."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

from scenewire.timeline.units import Duration, Position

__all__ = ["TimeRange", "find_gaps", "find_uncovered", "merge_ranges", "total_coverage"]


@dataclass(frozen=True, order=True)
class TimeRange:
    """The time from a start to an end, the end excluded. Never empty.

    Raises:
        ValueError: the end is not after the start.
    """

    start: Position
    end: Position

    def __post_init__(self) -> None:
        if self.end <= self.start:
            message = f"a range must end after it starts: [{self.start.frames}, {self.end.frames})"
            raise ValueError(message)

    @classmethod
    def of(cls, start: int, end: int) -> Self:
        """Returns the range between two frames, the end excluded."""
        return cls(Position(start), Position(end))

    @property
    def duration(self) -> Duration:
        """Its length."""
        return Duration.between(self.start, self.end)

    def overlaps(self, other: "TimeRange") -> bool:
        """Returns whether they share a frame."""
        return self.start < other.end and other.start < self.end

    def adjacent(self, other: "TimeRange") -> bool:
        """Returns whether one starts exactly where the other ends."""
        return self.end == other.start or other.end == self.start

    def intersection(self, other: "TimeRange") -> "TimeRange | None":
        """Returns the frames that they share; None if there are none."""
        if not self.overlaps(other):
            return None
        return TimeRange(max(self.start, other.start), min(self.end, other.end))

    def gap(self, other: "TimeRange") -> "TimeRange | None":
        """Returns the range between them; None if they overlap or touch."""
        if self.overlaps(other) or self.adjacent(other):
            return None
        return TimeRange(min(self.end, other.end), max(self.start, other.start))

    def union(self, other: "TimeRange") -> "TimeRange | None":
        """Returns both as one range; None if there is a gap between them."""
        if self.gap(other) is not None:
            return None
        return TimeRange(min(self.start, other.start), max(self.end, other.end))

    def difference(self, other: "TimeRange") -> "list[TimeRange]":
        """Returns this range without the other: no range, one, or two."""
        shared = self.intersection(other)
        if shared is None:
            return [self]
        sides = ((self.start, shared.start), (shared.end, self.end))
        return [TimeRange(start, end) for start, end in sides if start < end]


def merge_ranges(ranges: Iterable[TimeRange]) -> list[TimeRange]:
    """Merges ranges that overlap or touch."""
    merged: list[TimeRange] = []
    for following in sorted(ranges):
        fused = merged[-1].union(following) if merged else None
        if fused is None:
            merged.append(following)
        else:
            merged[-1] = fused
    return merged


def find_gaps(ranges: Iterable[TimeRange]) -> list[TimeRange]:
    """Returns the gaps between ranges, excluding the time before the first and after the last."""
    merged = merge_ranges(ranges)
    return [TimeRange(before.end, following.start) for before, following in pairwise(merged)]


def find_uncovered(whole: TimeRange, ranges: Iterable[TimeRange]) -> list[TimeRange]:
    """Returns the parts of a range that no other range covers, including its ends."""
    inside = merge_ranges(shared for part in ranges if (shared := whole.intersection(part)) is not None)
    if not inside:
        return [whole]
    before = whole.difference(TimeRange(inside[0].start, whole.end))
    after = whole.difference(TimeRange(whole.start, inside[-1].end))
    return [*before, *find_gaps(inside), *after]


def total_coverage(ranges: Iterable[TimeRange]) -> Duration:
    """Returns the time that ranges cover together; overlaps count once."""
    return Duration(sum(merged.duration.frames for merged in merge_ranges(ranges)))
