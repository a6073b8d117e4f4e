"""Which scene completes its film, decided from what the stream holds.

There is a subject per scene, so that distinct scenes are counted and not messages. Several workers may see the set
complete at once; the one whose segment came last in the stream joins, and stays the one when its message comes again.
"""

from typing import Protocol, TypeVar

from pydantic import BaseModel

from scenewire.messages import SegmentRendered

__all__ = ["Collector", "SegmentStream"]

ModelT = TypeVar("ModelT", bound=BaseModel)


class SegmentStream(Protocol):
    """What is asked of the bus."""

    async def count_subjects(self, pattern: str) -> int:
        """How many subjects that match the pattern hold a message."""
        ...

    async def last_sequence(self, pattern: str) -> int:
        """The sequence of the last message that matches the pattern."""
        ...

    async def last_message(self, subject: str, model: type[ModelT]) -> ModelT:
        """The last message of a subject."""
        ...


class Collector:
    """Finds the segments of a film once they are all there."""

    def __init__(self, stream: SegmentStream) -> None:
        self._stream = stream

    async def complete(self, segment: SegmentRendered, sequence: int) -> list[SegmentRendered] | None:
        """All segments of the film if this one completes it, else None.

        A re-run sends all scenes again under a higher revision, of which a film must not be a mixture: it is
        complete when the last message of every scene has this segment's revision.

        Args:
            segment: the segment that was just published.
            sequence: the stream's sequence of it.
        """
        subjects = f"{SegmentRendered.SUBJECT}.{segment.project_id}"
        scenes = segment.brief.scene_count
        if await self._stream.count_subjects(f"{subjects}.>") < scenes:
            return None
        if await self._stream.last_sequence(f"{subjects}.>") != sequence:
            return None
        found = [
            await self._stream.last_message(f"{subjects}.{number}", SegmentRendered) for number in range(1, scenes + 1)
        ]
        return found if all(other.revision == segment.revision for other in found) else None
