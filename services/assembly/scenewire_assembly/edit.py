"""Time in whole frames and samples: lengths of scenes, their places in the video, and the cut of a scene's clips. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import cycle, islice, pairwise
from typing import Final

from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import Clip
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
    "is_repeated",
    "layout_scenes",
    "samples_for",
    "timescale",
]

SOUND_RATE: Final = 48_000
"""Sample rate of the video's sound, Hz. A multiple of every frame rate that can be ordered."""

_MAX_SHOTS: Final = 16
"""Limits the decoders that one scene opens. Beyond it the last shot exceeds its clip, which then starts again."""

_MAX_HOLD_S: Final = 2
"""For so long, the last frame of a clip stands; a clip that lacks more starts again."""

_MOMENT_S: Final = 0.25
"""A shorter clip stands like a picture; repeated, it would flicker."""

_TICKS_PER_FRAME: Final = 512
"""Ticks of the container's clock. Segments and video share one clock, so that joined segments do not drift."""


def frame_at(sample: int, sample_rate: int, frame_rate: int) -> int:
    """The frame that shows while a sample sounds."""
    return Position.from_samples(sample, sample_rate, FrameRate(frame_rate), Rounding.DOWN).frames


def samples_for(frames: int, frame_rate: int) -> int:
    """The samples at SOUND_RATE that last as long as the frames."""
    return Duration(frames).as_samples(FrameRate(frame_rate), SOUND_RATE)


def timescale(frame_rate: int) -> int:
    """Ticks of the container's clock a second."""
    return frame_rate * _TICKS_PER_FRAME


@dataclass(frozen=True)
class Placed:
    """A scene's place in the video, in frames."""

    range: TimeRange

    @property
    def start(self) -> int:
        """Its first frame."""
        return self.range.start.frames

    @property
    def frames(self) -> int:
        """Its length."""
        return self.range.duration.frames

    @property
    def end(self) -> int:
        """The first frame after it."""
        return self.range.end.frames


def layout_scenes(lengths: Sequence[int]) -> list[Placed]:
    """Places scenes of the given lengths one after the other, from frame 0."""
    places: list[Placed] = []
    start = Position(0)
    for frames in lengths:
        end = start + Duration(frames)
        places.append(Placed(TimeRange(start, end)))
        start = end
    return places


@dataclass(frozen=True)
class Shot:
    """One appearance of a clip in a scene, from the clip's in-point. Neighbours overlap during a fade.

    Attributes:
        clip: index among the scene's clips.
        start: first frame of the scene that shows it.
        frames: its length.
    """

    clip: int
    start: int
    frames: int

    @property
    def range(self) -> TimeRange:
        """The frames of the scene that show it."""
        return TimeRange.of(self.start, self.start + self.frames)


@dataclass(frozen=True)
class Edit:
    """The cut of a scene.

    Attributes:
        shots: in order.
        fade: frames by which neighbours overlap; 0 is a hard cut.
    """

    shots: tuple[Shot, ...]
    fade: int


def clip_seconds(clip: Clip) -> tuple[Fraction, Fraction]:
    """Start of a clip in its source and its length, in seconds."""
    rate = clip.facts.rate
    return Position(clip.in_frame).as_seconds(rate), clip.length.as_seconds(rate)


def check_clips(clips: Sequence[Clip]) -> None:
    """Checks that clips are within their sources.

    Raises:
        PermanentError: `invalid_message`, with all faults of all clips.
    """
    faults = validate_clips(clip.stretch for clip in clips)
    if faults:
        hint = "this is a bug in the publisher of the message"
        raise PermanentError(FailureCode.INVALID_MESSAGE, describe_faults(faults), hint=hint)


def check_cover(shots: Sequence[Shot], frames: int) -> None:
    """Checks that shots cover every frame of a scene and no other.

    Raises:
        PermanentError: `render_failed`, with the uncovered frames.
    """
    ranges = [shot.range for shot in shots]
    uncovered = find_uncovered(TimeRange.of(0, frames), ranges)
    covered = total_coverage(ranges).frames
    if uncovered or covered != frames:
        gaps = ", ".join(f"[{gap.start.frames}, {gap.end.frames})" for gap in uncovered) or "none"
        message = f"the shots cover {covered} frames instead of {frames}; frames without a picture: {gaps}"
        raise PermanentError(FailureCode.RENDER_FAILED, message)


def edit_clips(clips: Sequence[Clip], frames: int, frame_rate: int) -> Edit:
    """Cuts clips so that they fill a scene exactly.

    Clips that say when they begin are shown then. Others show in order and for about equally long, up to one a second; if
    together they are too short, they repeat from the first one. A still lasts as long as needed. Cross-fades last half a
    second, around the moment of the cut, unless a shot would become too short for them.
    """
    starts = [clip.start_frame for clip in clips]
    known = [start for start in starts if start is not None]
    shots, fade = (
        _cut_at(known, frames, frame_rate)
        if len(known) == len(clips) <= _MAX_SHOTS and known[0] == 0 and _rises([*known, frames])
        else _cut_equally(clips, frames, frame_rate)
    )
    check_cover(shots, frames)
    return Edit(tuple(shots), fade)


def is_repeated(clip: Clip, shot: Shot, frame_rate: int) -> bool:
    """Whether a clip that is shorter than its shot starts again; else its last frame stands until the shot ends."""
    available = _available_frames(clip, FrameRate(frame_rate))
    return available >= _MOMENT_S * frame_rate and shot.frames - available > _MAX_HOLD_S * frame_rate


def _rises(values: Sequence[int]) -> bool:
    return all(earlier < later for earlier, later in pairwise(values))


def _cut_at(starts: Sequence[int], frames: int, frame_rate: int) -> tuple[list[Shot], int]:
    """Returns shots whose cross-fades are half over at the given frames."""
    lengths = [later - earlier for earlier, later in pairwise([*starts, frames])]
    fade = frame_rate // 2
    if min(lengths) < 2 * fade:
        fade = 0
    begins = [0, *(start - fade // 2 for start in starts[1:])]
    ends = [*(begin + fade for begin in begins[1:]), frames]
    return [Shot(index, begin, end - begin) for index, (begin, end) in enumerate(zip(begins, ends, strict=True))], fade


def _cut_equally(clips: Sequence[Clip], frames: int, frame_rate: int) -> tuple[list[Shot], int]:
    used = clips[: max(1, min(_MAX_SHOTS, frames // frame_rate))]
    rate = FrameRate(frame_rate)
    available = [2 * frames if clip.facts.still else _available_frames(clip, rate) for clip in used]
    available = [frames if length < _MOMENT_S * frame_rate else length for length in available]
    for fade in (frame_rate // 2, 0):
        order, lengths = _fill(available, frames, fade)
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
    return shots, fade


def _available_frames(clip: Clip, rate: FrameRate) -> int:
    """Length of a clip in frames of the video."""
    return max(1, clip.length.at_rate(clip.facts.rate, rate, Rounding.DOWN).frames)


def _fill(available: Sequence[int], frames: int, fade: int) -> tuple[list[int], list[int]]:
    """The clips of the shots, repeated if necessary, and the length of each shot."""
    order: list[int] = []
    for index in islice(cycle(range(len(available))), _MAX_SHOTS):
        order.append(index)
        needed = frames + fade * (len(order) - 1)
        if len(order) >= len(available) and sum(available[shown] for shown in order) >= needed:
            break
    return order, _share(frames + fade * (len(order) - 1), [available[index] for index in order])


def _share(total: int, available: Sequence[int]) -> list[int]:
    """Divides a total as equally as the available frames of each part allow."""
    parts = [0] * len(available)
    shortest_first = sorted(range(len(available)), key=available.__getitem__)
    for position, index in enumerate(shortest_first):
        parts[index] = min(available[index], -(-total // (len(available) - position)))
        total -= parts[index]
    return parts
