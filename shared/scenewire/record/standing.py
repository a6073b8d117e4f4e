"""How far a video is, from the scenes that each stage has completed."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Final

__all__ = ["STEP_AT_APPROVAL", "Standing"]

STEP_AT_APPROVAL: Final = "visual-curation"
"""`projects.current_step` while a person looks at the footage, in the prior web application too."""

_MIN_MEASURED: Final = 3
"""Pictures that must be ready before the time left is estimated: two intervals."""

_SCRIPT_WEIGHT: Final = 2
_SCENE_WEIGHTS: Final = (18, 10, 65)
"""Percent for the script, and for narration, footage and picture of all scenes; the rest is the video. Pictures take most
of the time."""


@dataclass(kw_only=True)
class Standing:
    """How far a video is.

    Attributes:
        scene_count: None before the script.
        spoken: scenes with narration; `sourced` counts those with footage.
        rendered_at: when each picture was ready.
    """

    scene_count: int | None = None
    spoken: int = 0
    sourced: int = 0
    rendered_at: list[datetime] = field(default_factory=list)

    @property
    def rendered(self) -> int:
        """Scenes whose picture is ready."""
        return len(self.rendered_at)

    @property
    def stage(self) -> str:
        """The first stage that is not complete: script, speech, footage, picture or video."""
        if self.scene_count is None:
            return "script"
        done = {"speech": self.spoken, "footage": self.sourced, "picture": self.rendered}
        return next((stage for stage, count in done.items() if count < self.scene_count), "video")

    @property
    def percent(self) -> int:
        """How much is done, from the scenes that each stage has completed."""
        if self.scene_count is None:
            return 0
        scenes = sum(
            weight * min(count, self.scene_count)
            for weight, count in zip(_SCENE_WEIGHTS, (self.spoken, self.sourced, self.rendered), strict=True)
        )
        return int(_SCRIPT_WEIGHT + scenes / self.scene_count)

    @property
    def time_left(self) -> timedelta | None:
        """Estimate from the intervals between finished pictures; None until there are some, and while they are joined."""
        if self.scene_count is None or not _MIN_MEASURED <= self.rendered < self.scene_count:
            return None
        times = sorted(self.rendered_at)
        intervals = [(later - earlier).total_seconds() for earlier, later in pairwise(times)]
        return timedelta(seconds=median(intervals) * (self.scene_count - self.rendered))
