"""Messages of a project without what a state does not need, from the record or from the stream."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from scenewire.messages import ScenesScripted, ScriptRequested, SegmentRendered, StoredMessage
from scenewire.record.content import Content, parse
from scenewire.record.queries import ENDS

__all__ = ["Entry", "logged_entry", "streamed_entry"]

_TOLD: Final = frozenset({ScriptRequested.SUBJECT, ScenesScripted.SUBJECT, *ENDS})
"""Subjects of the messages whose contents a state is made of."""

_SCENE: Final = re.compile(r"^[0-9a-f-]{36}:(\d+):")
"""The scene in the id of a message about one."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A valid message of a project.

    Attributes:
        sequence: in the stream.
        subject: without project and scene.
        content: None for messages about scenes.
    """

    sequence: int
    subject: str
    project_id: UUID
    revision: int
    scene_number: int | None
    at: datetime
    content: Content | None


def logged_entry(row: Mapping[str, Any]) -> Entry:
    """Returns an entry of an outline of the record."""
    scene = _SCENE.match(row["message_id"])
    return Entry(
        sequence=row["sequence"],
        subject=_kind(row["subject"]),
        project_id=UUID(row["project_id"]),
        revision=row["revision"],
        scene_number=int(scene[1]) if scene else None,
        at=datetime.fromisoformat(row["published_at"]),
        content=None if row["body"] is None else parse(row["subject"], row["body"])[0],
    )


def streamed_entry(message: StoredMessage) -> Entry | None:
    """Returns the entry of a message in the stream; None if it is invalid or belongs to no project."""
    if (project_id := message.project_id) is None:
        return None
    subject, content = _kind(message.subject), None
    if subject in _TOLD:
        try:
            content = parse(message.subject, message.body.decode())[0]
        except UnicodeDecodeError:
            return None
        if content is None:
            return None
    return Entry(
        sequence=message.sequence,
        subject=subject,
        project_id=project_id,
        revision=message.revision,
        scene_number=message.scene_number,
        at=datetime.fromtimestamp(message.published_at_ns / 1e9, UTC),
        content=content,
    )


def _kind(subject: str) -> str:
    return SegmentRendered.SUBJECT if subject.startswith(f"{SegmentRendered.SUBJECT}.") else subject
