"""Parts of source files, and their faults."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from typing_extensions import override

from scenewire.timeline.units import Duration, Position

__all__ = ["Clip", "ClipValidationError", "describe_faults", "validate_clip", "validate_clips"]


@dataclass(frozen=True)
class Clip:
    """A part of a source, in frames of the source; not validated, see `validate_clip`."""

    source_path: str
    """Path or key of the source."""
    in_point: Position
    """The first frame of the clip."""
    out_point: Position
    """The first frame after the clip."""
    source_duration: Duration | None = None
    """Length of the source, if known."""

    def duration(self) -> Duration | None:
        """Returns the length of the clip; None if it ends before it starts."""
        if self.out_point < self.in_point:
            return None
        return Duration.between(self.in_point, self.out_point)


@dataclass(frozen=True)
class ClipValidationError:
    """A fault of a clip. A value, not an exception, so that all faults can be reported at once."""

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
    """Returns all faults of a clip; empty for a valid one."""
    return list(_faults(clip))


def validate_clips(clips: Iterable[Clip]) -> list[tuple[int, ClipValidationError]]:
    """Returns all faults of clips, each with the index of its clip, from 0."""
    return [(index, fault) for index, clip in enumerate(clips) for fault in _faults(clip)]


def describe_faults(faults: Sequence[tuple[int, ClipValidationError]]) -> str:
    """Returns faults as text that counts clips from 1."""
    return "; ".join(f"clip {index + 1}: {fault}" for index, fault in faults)


def _faults(clip: Clip) -> Iterator[ClipValidationError]:
    first, after, source = clip.in_point.frames, clip.out_point.frames, clip.source_duration
    if not clip.source_path:
        yield ClipValidationError("source_path", "must not be empty", '""', "a path")
    if after <= first:
        yield ClipValidationError("out_point", "must be after the in-point", str(after), f">{first}")
    if source is None:
        return
    if first >= source.frames:
        yield ClipValidationError("in_point", "must be inside the source", str(first), f"<{source.frames}")
    if after > source.frames:
        yield ClipValidationError("out_point", "must be inside the source", str(after), f"<={source.frames}")
