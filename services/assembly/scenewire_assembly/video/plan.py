"""The whole video: all segments in order, their places in it, and its closing."""

from dataclasses import dataclass
from functools import cached_property

from scenewire.messages import Brief, Look, Scene, Segment, SegmentRendered
from scenewire_assembly.edit import Placed, layout_scenes

__all__ = ["VideoPlan"]


@dataclass(frozen=True)
class VideoPlan:
    """The segments of a video, in order, and its closing card where it has one."""

    segments: tuple[SegmentRendered, ...]
    closing: Segment | None = None

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
        """The place of each scene."""
        return layout_scenes([segment.segment.frames for segment in self.segments])

    @property
    def frames(self) -> int:
        """Length of the video."""
        return self.places[-1].end + self.closing_frames

    @property
    def closing_frames(self) -> int:
        """Length of the closing card; 0 without one."""
        return self.closing.frames if self.closing else 0

    @property
    def lengths(self) -> list[int]:
        """The lengths of all pictures that are joined, in frames."""
        return [place.frames for place in self.places] + ([self.closing.frames] if self.closing else [])

    @property
    def parameters(self) -> set[str]:
        """Hashes of the decoder parameters of all pictures. Only equal ones join by copying."""
        return {picture.parameters for picture in self._pictures}

    @property
    def encoders(self) -> list[str]:
        """The encoders of all pictures: one."""
        return list(dict.fromkeys(picture.encoder for picture in self._pictures))

    @property
    def devices(self) -> list[str]:
        """What the pictures were encoded on."""
        return list(dict.fromkeys(picture.device for picture in self._pictures))

    @property
    def _pictures(self) -> list[Segment]:
        return [segment.segment for segment in self.segments] + ([self.closing] if self.closing else [])

    @property
    def has_map(self) -> bool:
        """Whether a map shows."""
        return any(segment.segment.has_map for segment in self.segments)

    @property
    def placed(self) -> list[tuple[SegmentRendered, Placed]]:
        """The segment of each scene with its place."""
        return list(zip(self.segments, self.places, strict=True))
