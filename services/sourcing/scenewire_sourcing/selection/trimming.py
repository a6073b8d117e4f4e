"""Computes how many clips a scene shows and which part of each, in whole frames. Pure."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from scenewire import timeline
from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import Clip, SourceFacts
from scenewire.timeline import (
    Duration,
    FrameRate,
    Position,
    Rounding,
    TimeRange,
    describe_faults,
    find_uncovered,
    merge_ranges,
    validate_clips,
)

__all__ = ["InPoints", "available_frames", "check", "clip_counts", "frames_per_clip", "source_range", "trim"]

_TARGET_CLIP_S: Final = 5
_MIN_CLIPS: Final = 3
"""Clips per scene where each can be seen long enough: a single picture makes a scene dull."""

_MIN_CLIP_S: Final = 2.5
"""Time to take in a picture, cross-fade included. No scene is divided into shorter clips."""

_MAX_CLIPS: Final = 12
"""Clips per scene. Longer shots are better than a scene with more open files."""

_TURNS_PER_ROUND: Final = 8
"""Turns that show different parts of a source while it has room; after that, viewers have forgotten the first."""

_UNLIMITED: Final = 1 << 31
"""Frames that a still lasts: more than any scene has."""


@dataclass(frozen=True)
class InPoints:
    """Where a source may begin.

    Attributes:
        opening: frames at its start that are black, or stand.
        key_frames: frames at which decoding can begin, rising.
    """

    opening: int = 0
    key_frames: tuple[int, ...] = ()


def clip_counts(beats: Sequence[int], frame_rate: int) -> list[int]:
    """Returns the number of clips for each beat of a scene, so that it is neither hectic nor dull.

    Args:
        beats: their lengths in frames.
        frame_rate: frame rate of the video.
    """
    counts = [_clip_count(frames / frame_rate) for frames in beats]
    while sum(counts) > _MAX_CLIPS and max(counts) > 1:
        counts[counts.index(max(counts))] -= 1
    return counts


def _clip_count(seconds: float) -> int:
    return max(1, min(_MIN_CLIPS, int(seconds / _MIN_CLIP_S)), min(_MAX_CLIPS, round(seconds / _TARGET_CLIP_S)))


def available_frames(clip: Clip, frame_rate: int) -> int:
    """Returns how many frames of the video a clip lasts; a still lasts as long as needed."""
    if clip.facts.still:
        return _UNLIMITED
    return clip.length.at_rate(clip.facts.rate, FrameRate(frame_rate), Rounding.DOWN).frames


def frames_per_clip(frames: int, clips: int) -> int:
    """Returns the frames for which the longest-shown of equally divided clips is shown."""
    return -(-frames // clips)


def trim(
    clips: Sequence[Clip],
    starts: Sequence[int],
    points: Sequence[InPoints],
    *,
    frames: int,
    frame_rate: int,
    scene_number: int,
) -> list[Clip]:
    """Trims the clips of one scene to the time that each is shown.

    Args:
        clips: the clips that are shown, with any in and out points.
        starts: the frame of the scene at which each begins, rising.
        points: where each source may begin.
        frames: duration of the scene in the video.
        frame_rate: frame rate of the video.
        scene_number: from 1; scenes show different parts of the same source.

    Raises:
        PermanentError: `output_invalid`, a trimmed clip lies outside its source; names the scene and every fault.
    """
    trimmed = []
    for clip, point, (begin, following) in zip(clips, points, pairwise([*starts, frames]), strict=True):
        start, end = source_range(
            clip.facts, frames=following - begin, frame_rate=frame_rate, turn=scene_number - 1, points=point
        )
        trimmed.append(clip.model_copy(update={"in_frame": start, "out_frame": end, "start_frame": begin}))
    check([clip.stretch for clip in trimmed], scene_number)  # model_copy does not validate
    return trimmed


def check(clips: Sequence[timeline.Clip], scene_number: int) -> None:
    """Validates the clips of a scene before they are published.

    Raises:
        PermanentError: `output_invalid`; names the scene and every fault of every clip.
    """
    faults = validate_clips(clips)
    if faults:
        message = f"scene {scene_number}: invalid clip ranges: {describe_faults(faults)}"
        raise PermanentError(FailureCode.OUTPUT_INVALID, message)


def source_range(
    facts: SourceFacts, *, frames: int, frame_rate: int, turn: int, points: InPoints = InPoints()
) -> tuple[int, int]:
    """Returns the in and out frame, in source frames, that fill `frames` of the video.

    The range is half a second longer than needed where the source has room, for cross-fades. A clip that is too short
    is returned whole, and so is a still. `turn` moves the in point, so that other scenes show other parts of the same source: unused
    parts as long as there are any. Where there is room, the range begins after the opening, and at a key frame: frames
    before the in point must be decoded from the last one.
    """
    needed = Duration(frames + frame_rate // 2).at_rate(FrameRate(frame_rate), facts.rate, Rounding.UP)
    slack = facts.duration_frames - needed.frames
    if slack <= 0:
        return 0, facts.duration_frames
    opening = min(points.opening, slack)
    slack -= opening
    whole = TimeRange.of(0, facts.duration_frames - opening)
    used: list[TimeRange] = []
    for previous in range(turn - turn % _TURNS_PER_ROUND, turn):
        used = merge_ranges([*used, _part(previous, slack, needed, find_uncovered(whole, used))])
    part = _part(turn, slack, needed, find_uncovered(whole, used))
    start = _at_key_frame(part.start.frames + opening, points.key_frames, opening, opening + slack)
    return start, start + needed.frames


def _at_key_frame(start: int, key_frames: Sequence[int], first: int, last: int) -> int:
    """Returns the key frame nearest to a start, or the start if none lies between the first and the last allowed frame."""
    allowed = key_frames[bisect_left(key_frames, first) : bisect_right(key_frames, last)]
    return min(allowed, key=lambda frame: abs(frame - start), default=start)


def _part(turn: int, slack: int, needed: Duration, free: Sequence[TimeRange]) -> TimeRange:
    """Returns the part for a turn: the free part closest to the turn's ideal position, or that position."""
    ideal = slack * (turn * 382 % 1000) // 1000  # golden-ratio steps spread evenly for any number of turns
    starts = [
        min(max(ideal, gap.start.frames), gap.end.frames - needed.frames) for gap in free if gap.duration >= needed
    ]
    start = Position(min(starts, key=lambda start: abs(start - ideal), default=ideal))
    return TimeRange(start, start + needed)
