"""A stretch of a source file, and everything that is wrong with it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from typing_extensions import override

from scenewire.timeline.units import Duration, Position

__all__ = ["Clip", "ClipValidationError", "describe_faults", "validate_clip", "validate_clips"]


@dataclass(frozen=True)
class Clip:
    """A stretch of a source, in the source's own frames. May be wrong: `validate_clip` says how."""

    source_path: str
    """Path or key of the source."""
    in_point: Position
    """The first frame that is shown."""
    out_point: Position
    """The first frame that is not."""
    source_duration: Duration | None = None
    """Length of the source, where it is known."""

    def duration(self) -> Duration | None:
        """Returns the length of the part that is shown; None where it ends before it starts."""
        if self.out_point < self.in_point:
            return None
        return Duration.between(self.in_point, self.out_point)


@dataclass(frozen=True)
class ClipValidationError:
    """One thing that is wrong with a clip. A value, not an exception, so that all of them can be told at once."""

    field: str
    message: str
    actual: str | None = None
    expected: str | None = None

    @override
    def __str__(self) -> str:
        facts = {"got": self.actual, "expected": self.expected}
        known = ", ".join(f"{name}: {value}" for name, value in facts.items() if value is not None)
        return f"{self.field}: {self.message} ({known})" if known else f"{self.field}: {self.message}"


def validate_clip(clip: Clip) -> list[ClipValidationError]:
    """Everything that is wrong with a clip; empty for one that can be shown."""
    return list(_faults(clip))


def validate_clips(clips: Iterable[Clip]) -> list[tuple[int, ClipValidationError]]:
    """Everything that is wrong with some clips, each fault with its clip's index from 0."""
    return [(index, fault) for index, clip in enumerate(clips) for fault in _faults(clip)]


def describe_faults(faults: Sequence[tuple[int, ClipValidationError]]) -> str:
    """Faults for people, who count clips from 1."""
    return "; ".join(f"clip {index + 1}: {fault}" for index, fault in faults)


def _faults(clip: Clip) -> Iterator[ClipValidationError]:
    first, after, source = clip.in_point.frames, clip.out_point.frames, clip.source_duration
    if not clip.source_path:
        yield ClipValidationError("source_path", "it is empty", '""', "a path")
    if after <= first:
        yield ClipValidationError("out_point", "it does not lie after the in-point", str(after), f">{first}")
    if source is None:
        return
    if first >= source.frames:
        yield ClipValidationError("in_point", "it lies outside the source", str(first), f"<{source.frames}")
    if after > source.frames:
        yield ClipValidationError("out_point", "it lies outside the source", str(after), f"<={source.frames}")
