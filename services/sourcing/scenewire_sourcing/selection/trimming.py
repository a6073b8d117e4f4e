"""How many clips a scene takes and which stretch of each, in whole frames. Pure."""

from collections.abc import Sequence
from typing import Final

from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import SourceFacts
from scenewire.timeline import (
    Clip,
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

__all__ = ["check", "clips_for", "cut", "share_of", "stretch"]

_SHARE: Final = 5
"""Seconds that a clip is shown for, give or take one."""

_DIVERSE: Final = 3
"""Clips that a scene shows at least, if they can be had and each can be seen: one picture makes a scene dull."""

_GLANCE: Final = 2.5
"""Seconds in which a picture can be taken in, cross-fade included. No scene is cut into shorter ones."""

_MOST: Final = 12
"""Clips of one scene. Longer shots are better than a scene with more files open than that."""

_ROUND: Final = 8
"""Turns that show different parts of a source as long as it has room; who saw more has forgotten the first."""


def clips_for(frames: int, frame_rate: int) -> int:
    """How many clips make a scene of so many frames neither hectic nor dull."""
    seconds = frames / frame_rate
    return max(1, min(_DIVERSE, int(seconds / _GLANCE)), min(_MOST, round(seconds / _SHARE)))


def share_of(frames: int, clips: int) -> int:
    """The most frames that one of so many clips is shown for, if all are long enough."""
    return -(-frames // clips)


def cut(sources: Sequence[tuple[str, SourceFacts]], *, frames: int, frame_rate: int, scene_number: int) -> list[Clip]:
    """The clips of one scene.

    Args:
        sources: the key and the facts of each file that is shown.
        frames: how long the scene lasts in the film.
        frame_rate: of the film.
        scene_number: from 1.

    Raises:
        PermanentError: `output_invalid`, with everything that is wrong with any of them; names the scene.
    """
    share = share_of(frames, max(len(sources), 1))
    clips = []
    for key, facts in sources:
        start, end = stretch(facts, frames=share, frame_rate=frame_rate, turn=scene_number - 1)
        clips.append(Clip(key, Position(start), Position(end), Duration(facts.duration_frames)))
    check(clips, scene_number)
    return clips


def check(clips: Sequence[Clip], scene_number: int) -> None:
    """Makes sure that a scene's clips can be shown, before anybody is told of them.

    Raises:
        PermanentError: `output_invalid`, with everything that is wrong with any of them; names the scene.
    """
    faults = validate_clips(clips)
    if faults:
        message = f"scene {scene_number}: its footage is cut wrong: {describe_faults(faults)}"
        raise PermanentError(FailureCode.OUTPUT_INVALID, message)


def stretch(facts: SourceFacts, *, frames: int, frame_rate: int, turn: int) -> tuple[int, int]:
    """The in and out frame, in the source's own frames, for a place in the film of so many frames.

    Half a second more than asked is given where there is room, for cross-fades. A clip that is too short is given
    whole. `turn` moves the in-point, so that a clip that comes again in another scene shows another part: one that
    the turns before have not used, while there is such a part.
    """
    lasts = Duration(frames + frame_rate // 2).at_rate(FrameRate(frame_rate), facts.rate, Rounding.UP)
    slack = facts.duration_frames - lasts.frames
    if slack <= 0:
        return 0, facts.duration_frames
    whole = TimeRange.of(0, facts.duration_frames)
    used: list[TimeRange] = []
    for one in range(turn - turn % _ROUND, turn):
        used = merge_ranges([*used, _part(one, slack, lasts, find_uncovered(whole, used))])
    part = _part(turn, slack, lasts, find_uncovered(whole, used))
    return part.start.frames, part.end.frames


def _part(turn: int, slack: int, lasts: Duration, free: Sequence[TimeRange]) -> TimeRange:
    """The part for a turn: where it would lie, moved as little as it takes to be free if it can be."""
    wanted = slack * (turn * 382 % 1000) // 1000  # steps of the golden ratio spread evenly whatever their number
    starts = [
        min(max(wanted, room.start.frames), room.end.frames - lasts.frames) for room in free if room.duration >= lasts
    ]
    start = Position(min(starts, key=lambda start: abs(start - wanted), default=wanted))
    return TimeRange(start, start + lasts)
