"""Decides from the stream which segment completes its project.

Each scene of a revision has its own subject, so that scenes are counted and not messages, and revisions never mix. Several
workers may see the set complete at once: the one with the last segment in the stream makes the video, also on a redelivery.
"""

from typing import Protocol, TypeVar

from pydantic import BaseModel

from scenewire.messages import SegmentRendered

__all__ = ["Collector", "SegmentStream"]

ModelT = TypeVar("ModelT", bound=BaseModel)


class SegmentStream(Protocol):
    """The part of the bus that the collector uses."""

    async def count_subjects(self, pattern: str) -> int:
        """Number of subjects that match the pattern and hold a message."""
        ...

    async def last_sequence(self, pattern: str) -> int:
        """Sequence number of the last message that matches the pattern."""
        ...

    async def last_message(self, subject: str, model: type[ModelT]) -> ModelT:
        """The last message on a subject."""
        ...


class Collector:
    """Collects the segments of a project once all are there."""

    def __init__(self, stream: SegmentStream) -> None:
        self._stream = stream

    async def complete(self, segment: SegmentRendered, sequence: int) -> list[SegmentRendered] | None:
        """Returns all segments of a project's revision if this one completes it, else None.

        Args:
            segment: just published.
            sequence: its sequence number in the stream.
        """
        pattern = SegmentRendered.subjects_of(segment.project_id, segment.revision)
        scenes = segment.brief.scene_count
        if await self._stream.count_subjects(pattern) < scenes:
            return None
        if await self._stream.last_sequence(pattern) != sequence:
            return None
        subjects = [f"{pattern.removesuffix('*')}{number}" for number in range(1, scenes + 1)]
        return [await self._stream.last_message(subject, SegmentRendered) for subject in subjects]
