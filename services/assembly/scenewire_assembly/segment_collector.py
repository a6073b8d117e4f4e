"""Decides from the stream which segment completes its project.

Each scene has its own subject, so that scenes are counted and not messages. Several workers may see the set complete at
once: the one with the last segment in the stream makes the video, also on a redelivery.
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
        """Returns all segments of the project if this one completes it, else None.

        A rerun sends all scenes again with a higher revision. A video must not mix revisions: the project is complete
        when the last message of every scene has the revision of this segment.

        Args:
            segment: just published.
            sequence: its sequence number in the stream.
        """
        subjects = f"{SegmentRendered.SUBJECT}.{segment.project_id}"
        scenes = segment.brief.scene_count
        if await self._stream.count_subjects(f"{subjects}.>") < scenes:
            return None
        if await self._stream.last_sequence(f"{subjects}.>") != sequence:
            return None
        segments = [
            await self._stream.last_message(f"{subjects}.{number}", SegmentRendered) for number in range(1, scenes + 1)
        ]
        return segments if all(other.revision == segment.revision for other in segments) else None
