"""The whole video: all segments in order, and their places in it."""

from dataclasses import dataclass
from functools import cached_property

from scenewire.messages import Brief, Look, Scene, SegmentRendered
from scenewire_assembly.edit import Placed, layout_scenes

__all__ = ["VideoPlan"]


@dataclass(frozen=True)
class VideoPlan:
    """The segments of a video, in order."""

    segments: tuple[SegmentRendered, ...]

    @property
    def brief(self) -> Brief:
        """The order, the same for all scenes."""
        return self.segments[0].brief

    @property
    def look(self) -> Look:
        """Size, frame rate and style."""
        return self.brief.options.look

    @property
    def scenes(self) -> list[Scene]:
        """The scenes, in order."""
        return [segment.scene for segment in self.segments]

    @cached_property
    def places(self) -> list[Placed]:
        """The place of each segment."""
        return layout_scenes([segment.segment.frames for segment in self.segments])

    @property
    def frames(self) -> int:
        """Length of the video."""
        return self.places[-1].end

    @property
    def has_map(self) -> bool:
        """Whether a map shows."""
        return any(segment.segment.has_map for segment in self.segments)

    @property
    def placed(self) -> list[tuple[SegmentRendered, Placed]]:
        """Each segment with its place."""
        return list(zip(self.segments, self.places, strict=True))
