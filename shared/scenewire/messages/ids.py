"""Ids of projects and scenes: derived, so that a repetition has the same."""

import hashlib
from uuid import UUID

__all__ = ["derive_project_id", "derive_scene_id"]


def _uuid4_from(seed: str) -> UUID:
    """A UUID of version 4's shape from a hash: the database and its readers accept no other version."""
    return UUID(bytes=hashlib.sha256(seed.encode()).digest()[:16], version=4)


def derive_project_id(stream_sequence: int, published_at_ns: int) -> UUID:
    """The project id of an order that named none, the same for everybody who reads that order.

    Args:
        stream_sequence: the order's sequence in the stream.
        published_at_ns: the server's timestamp of the order, nanoseconds since the epoch.
    """
    return _uuid4_from(f"scenewire:project:{stream_sequence}:{published_at_ns}")


def derive_scene_id(project_id: UUID, scene_number: int) -> UUID:
    """The id of a scene: the same again when the order is delivered twice."""
    return _uuid4_from(f"scenewire:scene:{project_id}:{scene_number}")
