"""Derived ids of projects, scenes and messages: a repetition has the same ones."""

import hashlib
from uuid import UUID

__all__ = ["derive_message_id", "derive_project_id", "derive_scene_id"]


def _uuid4_from(seed: str) -> UUID:
    """Returns a hash in the shape of a version 4 UUID: the database and its readers accept no other version."""
    return UUID(bytes=hashlib.sha256(seed.encode()).digest()[:16], version=4)


def derive_project_id(stream_sequence: int, published_at_ns: int) -> UUID:
    """Returns the project id of an order that does not name one; every reader of that order gets the same.

    Args:
        stream_sequence: the order's sequence in the stream.
        published_at_ns: the server's timestamp of the order, nanoseconds since the epoch.
    """
    return _uuid4_from(f"scenewire:project:{stream_sequence}:{published_at_ns}")


def derive_scene_id(project_id: UUID, scene_number: int) -> UUID:
    """Returns the id of a scene; the same when the order is delivered again."""
    return _uuid4_from(f"scenewire:scene:{project_id}:{scene_number}")


def derive_message_id(owner: str, subject: str, revision: int) -> str:
    """Returns the `Nats-Msg-Id` of a message.

    Args:
        owner: the project's id; for messages about a scene, followed by a colon and the scene number.
        subject: the subject of its kind.
        revision: the project's revision.
    """
    rerun = f":r{revision}" if revision else ""
    return f"{owner}:{subject}{rerun}"
