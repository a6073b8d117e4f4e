"""How many clips a scene takes and which stretch of each, in whole frames. Pure."""

from typing import Final

from shared.contracts import SourceFacts

__all__ = ["clips_for", "film_frames", "share_of", "stretch"]

_SHARE: Final = 5
"""Seconds that a clip is shown for, give or take one."""

_MOST: Final = 12
"""Clips of one scene. Longer shots are better than a scene with more files open than that."""


def film_frames(samples: int, sample_rate: int, frame_rate: int) -> int:
    """The fewest whole frames in which a narration fits."""
    return -(-samples * frame_rate // sample_rate)


def clips_for(frames: int, frame_rate: int) -> int:
    """How many clips make a scene of so many frames neither hectic nor dull."""
    return max(1, min(_MOST, round(frames / (_SHARE * frame_rate))))


def share_of(frames: int, clips: int) -> int:
    """The most frames that one of so many clips is shown for, if all are long enough."""
    return -(-frames // clips)


def stretch(facts: SourceFacts, *, frames: int, frame_rate: int, turn: int) -> tuple[int, int]:
    """The in and out frame, in the source's own frames, for a place in the film of so many frames.

    Half a second more than asked is given where there is room, for cross-fades. A clip that is too short is given
    whole. `turn` moves the in-point, so that a clip that comes again in another scene shows another part.
    """
    lasts = frames + frame_rate // 2
    needed = -(-lasts * facts.frame_rate_numerator // (facts.frame_rate_denominator * frame_rate))
    slack = facts.duration_frames - needed
    if slack <= 0:
        return 0, facts.duration_frames
    start = slack * (turn * 382 % 1000) // 1000  # steps of the golden ratio spread evenly whatever their number
    return start, start + needed
