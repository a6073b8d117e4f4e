"""Who ordered and changed what, and the messages that say so, from the record."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from pydantic import Field

from scenewire.messages import ProjectCancelled, ProjectFailed, ScenesScripted, ScriptRequested, VideoAssembled
from scenewire.record.content import Content, parse
from scenewire.record.queries import Row
from scenewire_gateway.projects.views import View

__all__ = ["Happening", "History", "PublishedMessages", "history_view", "messages_view"]


class Happening(View):
    """An order, an edit or an end."""

    at: datetime
    revision: int
    by: str
    what: str
    sequence: int


class History(View):
    """What happened to a project, the oldest first."""

    history: list[Happening]


class PublishedMessage(View):
    """A message of a project, as docs/orders.md describes them."""

    sequence: int = Field(description="In the stream.")
    subject: str
    at: datetime
    message: Mapping[str, Any]


class PublishedMessages(View):
    """Messages of a project in the order of the stream."""

    messages: list[PublishedMessage]


def messages_view(rows: Iterable[Row]) -> PublishedMessages:
    """Returns messages as they were published."""
    return PublishedMessages(
        messages=[
            PublishedMessage(
                sequence=row["sequence"],
                subject=row["subject"],
                at=datetime.fromisoformat(row["published_at"]),
                message=json.loads(row["body"]),
            )
            for row in rows
        ]
    )


def history_view(rows: Iterable[Row]) -> History:
    """Returns the history that the messages of a project tell, in their order."""
    history, waits = [], False
    for row in rows:
        content = parse(row["subject"], row["body"])[0] if row["body"] is not None else None
        told = _told(content, waits=waits)
        if isinstance(content, ScenesScripted):
            waits = content.brief.awaits_approval
        if content is not None and told is not None:
            at = datetime.fromisoformat(row["published_at"])
            by, what = told
            history.append(Happening(at=at, revision=row["revision"], by=by, what=what, sequence=row["sequence"]))
    return History(history=history)


def _told(content: Content | None, *, waits: bool) -> tuple[str, str] | None:
    """Returns who did what; None if a message tells nothing of that.

    Args:
        content: the message.
        waits: whether the storyboard before it awaits approval.
    """
    match content:
        case ScriptRequested(revision=0):
            return content.requested_by, "ordered"
        case ScriptRequested():
            return content.requested_by, "ordered again"
        case ScenesScripted(revision=revision) if revision > 0:
            return content.requested_by, "approved" if waits and not content.brief.awaits_approval else "edited"
        case ProjectCancelled():
            return content.requested_by, f"cancelled: {content.reason}" if content.reason else "cancelled"
        case ProjectFailed():
            return "", f"failed: {content.message}"
        case VideoAssembled():
            return "", "finished"
        case _:
            return None
