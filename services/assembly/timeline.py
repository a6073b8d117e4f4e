"""Time, in whole frames and samples: how long scenes are, where they lie, and how a scene's clips are cut. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import cycle, islice
from typing import Final

from shared.contracts import Clip

__all__ = ["SOUND_RATE", "Edit", "Placed", "Shot", "clip_seconds", "edit_clips", "frames_for", "place"]

SOUND_RATE: Final = 48_000
"""Hertz of the film's sound. Every frame rate of the product divides it."""

_MOST_SHOTS: Final = 16
"""A scene opens so many decoders at most. The last shot then lasts longer than its clip, which begins anew in it."""


def frames_for(samples: int, sample_rate: int, frame_rate: int) -> int:
    """The fewest whole frames in which so many samples fit."""
    return -(-samples * frame_rate // sample_rate)


@dataclass(frozen=True)
class Placed:
    """A scene's place in the film, in frames."""

    start: int
    frames: int

    @property
    def end(self) -> int:
        """The first frame after it."""
        return self.start + self.frames


def place(lengths: Sequence[int]) -> list[Placed]:
    """Scenes of the given lengths, one after the other from frame 0."""
    places: list[Placed] = []
    start = 0
    for frames in lengths:
        places.append(Placed(start, frames))
        start += frames
    return places


@dataclass(frozen=True)
class Shot:
    """A stretch of a clip in a scene, from the clip's in-point on. Neighbours overlap where they fade."""

    clip: int
    """Index among the scene's clips."""
    start: int
    """The scene's frame at which it begins to show."""
    frames: int


@dataclass(frozen=True)
class Edit:
    """The cut of a scene."""

    shots: tuple[Shot, ...]
    fade: int
    """Frames by which neighbours overlap; 0 is a hard cut."""


def clip_seconds(clip: Clip) -> tuple[Fraction, Fraction]:
    """Where a clip starts in its source and how long it is, in seconds."""
    rate = Fraction(clip.facts.frame_rate_numerator, clip.facts.frame_rate_denominator)
    return clip.in_frame / rate, (clip.out_frame - clip.in_frame) / rate


def edit_clips(clips: Sequence[Clip], frames: int, frame_rate: int) -> Edit:
    """Cuts clips so that they fill a scene exactly.

    All clips show, in their order and about equally long, unless there are more than seconds. When together they are
    too short they come again from the first. Cross-fades take half a second where no shot becomes too short for them.
    """
    used = clips[: max(1, min(_MOST_SHOTS, frames // frame_rate))]
    room = [max(1, int(clip_seconds(clip)[1] * frame_rate)) for clip in used]
    for fade in (frame_rate // 2, 0):
        order, lengths = _fill(room, frames, fade)
        if min(lengths) >= 3 * fade:
            break
    shots: list[Shot] = []
    start = 0
    for index, length in zip(order, lengths, strict=True):
        shots.append(Shot(index, start, length))
        start += length - fade
    last = shots[-1]
    shots[-1] = Shot(last.clip, last.start, frames - last.start)
    return Edit(tuple(shots), fade)


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
