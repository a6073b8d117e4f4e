"""Places clips within a scene: each begins when the word that it is about is spoken. Pure."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

__all__ = ["arrange", "place"]

_MIN_SHOT_S: Final = 1.5
"""Shortest time between two cuts of which one is at its word."""

_MAX_HOLD_S: Final = 2.0
"""For so long, the last picture of a clip that has ended may stand."""


def arrange(spoken: Sequence[Sequence[int]], *, start: int, end: int) -> list[tuple[int, int | None]]:
    """Orders the clips of a beat by the words that they are about.

    Returns the index of each clip with the frame at which it should begin; None for a clip that any frame suits. No two
    clips get the same frame: of clips about one word, the best gets it. The others go where the longest time is left.

    Args:
        spoken: for each clip, best first, the frames at which the words that it is about are spoken, most telling first.
        start: first frame of the beat.
        end: the frame after its last one.
    """
    anchored: dict[int, int] = {}
    others: list[int] = []
    for index, frames in enumerate(spoken):
        free = next((frame for frame in frames if frame not in anchored), None)
        if free is None:
            others.append(index)
        else:
            anchored[free] = index
    order: list[tuple[int, int | None]] = [(anchored[frame], frame) for frame in sorted(anchored)]
    for index in others:
        order.insert(_longest(order, start=start, end=end), (index, None))
    return order


def _longest(order: Sequence[tuple[int, int | None]], *, start: int, end: int) -> int:
    """Returns the place in the order of the longest time without a cut."""
    if not order:
        return 0
    first, *others = (frame for _, frame in order)
    starts = _interpolated([start if first is None else first, *others], end)
    lengths = [later - earlier for earlier, later in pairwise([start, *starts, end])]
    return lengths.index(max(lengths))


def place(anchors: Sequence[int | None], available: Sequence[int], *, frames: int, frame_rate: int) -> list[int]:
    """Returns the frame of the scene at which each clip begins; the first is 0.

    Cuts come as close to their anchors as the shortest shot allows; clips without one divide the time between their
    neighbours. A clip that ends long before the next one begins calls that one earlier.

    Args:
        anchors: in rising order, apart from None.
        available: length of each clip in frames of the video.
        frames: length of the scene.
        frame_rate: frame rate of the video.
    """
    if not anchors:
        return []
    count = len(anchors)
    shortest = min(round(_MIN_SHOT_S * frame_rate), frames // count)
    starts = _interpolated([0, *anchors[1:]], frames)
    for index in range(1, count):
        starts[index] = max(starts[index], starts[index - 1] + shortest)
    limit = frames
    for index in range(count - 1, 0, -1):
        limit -= shortest
        starts[index] = limit = min(starts[index], limit)
    hold = round(_MAX_HOLD_S * frame_rate)
    for index in range(1, count):
        latest = starts[index - 1] + max(available[index - 1] + hold, shortest)
        starts[index] = min(starts[index], latest)
    return starts


def _interpolated(anchors: Sequence[int | None], frames: int) -> list[int]:
    """Divides the time between known anchors equally among the others."""
    known = [(index, frame) for index, frame in enumerate(anchors) if frame is not None]
    starts: list[int] = []
    for (index, frame), (following, end) in pairwise([*known, (len(anchors), frames)]):
        starts += [frame + (end - frame) * step // (following - index) for step in range(following - index)]
    return starts
