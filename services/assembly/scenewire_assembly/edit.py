"""Time, in whole frames and samples: how long scenes are, where they lie, and how a scene's clips are cut. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import cycle, islice
from typing import Final

from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import Clip, Look
from scenewire.timeline import (
    Duration,
    FrameRate,
    Position,
    Rounding,
    TimeRange,
    describe_faults,
    find_uncovered,
    total_coverage,
    validate_clips,
)

__all__ = [
    "SOUND_RATE",
    "Edit",
    "Placed",
    "Shot",
    "check_clips",
    "check_cover",
    "clip_seconds",
    "edit_clips",
    "frame_at",
    "layout_scenes",
    "samples_for",
]

SOUND_RATE: Final = 48_000
"""Hertz of the film's sound. Every frame rate of the product divides it."""

_MOST_SHOTS: Final = 16
"""A scene opens so many decoders at most. The last shot then lasts longer than its clip, which begins anew in it."""


def frame_at(sample: int, sample_rate: int, frame_rate: int) -> int:
    """The frame during which a sample sounds."""
    return Position.from_samples(sample, sample_rate, FrameRate(frame_rate), Rounding.DOWN).frames


def samples_for(frames: int, frame_rate: int) -> int:
    """How many samples of the film's sound last as long as so many frames."""
    return Duration(frames).as_samples(FrameRate(frame_rate), SOUND_RATE)


@dataclass(frozen=True)
class Placed:
    """A scene's place in the film, in frames."""

    range: TimeRange

    @property
    def start(self) -> int:
        """Its first frame."""
        return self.range.start.frames

    @property
    def frames(self) -> int:
        """How many there are."""
        return self.range.duration.frames

    @property
    def end(self) -> int:
        """The first frame after it."""
        return self.range.end.frames


def layout_scenes(lengths: Sequence[int]) -> list[Placed]:
    """Scenes of the given lengths, one after the other from frame 0."""
    places: list[Placed] = []
    start = Position(0)
    for frames in lengths:
        end = start + Duration(frames)
        places.append(Placed(TimeRange(start, end)))
        start = end
    return places


@dataclass(frozen=True)
class Shot:
    """A stretch of a clip in a scene, from the clip's in-point on. Neighbours overlap where they fade."""

    clip: int
    """Index among the scene's clips."""
    start: int
    """The scene's frame at which it begins to show."""
    frames: int

    @property
    def range(self) -> TimeRange:
        """The scene's frames in which it shows."""
        return TimeRange.of(self.start, self.start + self.frames)


@dataclass(frozen=True)
class Edit:
    """The cut of a scene."""

    shots: tuple[Shot, ...]
    fade: int
    """Frames by which neighbours overlap; 0 is a hard cut."""


def clip_seconds(clip: Clip) -> tuple[Fraction, Fraction]:
    """Where a clip starts in its source and how long it is, in seconds."""
    stretch, rate = clip.stretch, clip.facts.rate
    return stretch.in_point.as_seconds(rate), Duration.between(stretch.in_point, stretch.out_point).as_seconds(rate)


def check_clips(clips: Sequence[Clip]) -> None:
    """Makes sure that clips can be cut.

    Raises:
        PermanentError: `invalid_message`, with everything that is wrong with all of them.
    """
    faults = validate_clips(clip.stretch for clip in clips)
    if faults:
        raise PermanentError(
            FailureCode.INVALID_MESSAGE, describe_faults(faults), hint="its publisher cuts outside the source"
        )


def check_cover(shots: Sequence[Shot], frames: int) -> None:
    """Makes sure that shots fill a scene: every frame of it, and none beside it.

    Raises:
        PermanentError: `render_failed`, with the frames that nothing covers.
    """
    ranges = [shot.range for shot in shots]
    uncovered = find_uncovered(TimeRange.of(0, frames), ranges)
    covered = total_coverage(ranges).frames
    if uncovered or covered != frames:
        bare = ", ".join(f"[{gap.start.frames}, {gap.end.frames})" for gap in uncovered) or "none"
        message = f"its shots cover {covered} frames instead of {frames}; frames without a picture: {bare}"
        raise PermanentError(FailureCode.RENDER_FAILED, message)


def edit_clips(clips: Sequence[Clip], frames: int, frame_rate: int) -> Edit:
    """Cuts clips so that they fill a scene exactly.

    All clips show, in their order and about equally long, unless there are more than seconds. When together they are
    too short they come again from the first. Cross-fades take half a second where no shot becomes too short for them.
    """
    used = clips[: max(1, min(_MOST_SHOTS, frames // frame_rate))]
    room = [_room(clip, FrameRate(frame_rate)) for clip in used]
    for fade in (frame_rate // 2, 0):
        order, lengths = _fill(room, frames, fade)
        if min(lengths) >= 3 * fade:
            break
    shots: list[Shot] = []
    start = 0
    for index, length in zip(order, lengths, strict=True):
        shots.append(Shot(index, start, length))
        start += length - fade
    if find_uncovered(TimeRange.of(0, frames), [shot.range for shot in shots]):
        last = shots[-1]
        shots[-1] = Shot(last.clip, last.start, frames - last.start)
    check_cover(shots, frames)
    return Edit(tuple(shots), fade)


def _room(clip: Clip, rate: FrameRate) -> int:
    """How many of the film's frames a clip lasts."""
    stretch = clip.stretch
    length = Duration.between(stretch.in_point, stretch.out_point)
    return max(1, length.at_rate(clip.facts.rate, rate, Rounding.DOWN).frames)


def _fill(room: Sequence[int], frames: int, fade: int) -> tuple[list[int], list[int]]:
    """Which clips show, again and again if need be, and for how many frames each."""
    order: list[int] = []
    for index in islice(cycle(range(len(room))), _MOST_SHOTS):
        order.append(index)
        needed = frames + fade * (len(order) - 1)
        if len(order) >= len(room) and sum(room[shown] for shown in order) >= needed:
            break
    return order, _share(frames + fade * (len(order) - 1), [room[index] for index in order])


def _share(total: int, room: Sequence[int]) -> list[int]:
    """Parts of a whole, as equal as the room of each allows."""
    parts = [0] * len(room)
    smallest_first = sorted(range(len(room)), key=room.__getitem__)
    for position, index in enumerate(smallest_first):
        parts[index] = min(room[index], -(-total // (len(room) - position)))
        total -= parts[index]
    return parts


_TICKS: Final = 512
"""Of the container's clock per frame. One clock for picture and film keeps joined segments from drifting."""


def timescale(look: Look) -> int:
    """The container clock's ticks a second."""
    return look.frame_rate * _TICKS
