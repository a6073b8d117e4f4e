"""Who ordered and changed what, and the messages that say so, from the record."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from pydantic import Field

from scenewire.messages import ProjectCancelled, ProjectFailed, ScenesScripted, ScriptRequested, VideoAssembled
from scenewire.record.content import Content, parse
from scenewire.record.queries import Row
from scenewire_gateway.projects.changes import NO_CHANGES, Changes, changes_between
from scenewire_gateway.projects.views import View

__all__ = ["Happening", "History", "PublishedMessages", "history_view", "messages_view"]


class Happening(View):
    """An order, an edit or an end."""

    at: datetime
    revision: int
    by: str
    what: str
    changes: Changes | None = Field(description="What an edit or an approval changed; null: it is neither.")
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
    history: list[Happening] = []
    before: ScenesScripted | None = None
    for row in rows:
        content = parse(row["subject"], row["body"])[0] if row["body"] is not None else None
        changes = None
        if isinstance(content, ScenesScripted) and before is not None:
            changes = changes_between(before, content)
        happened = _happened(content, before, changes)
        before = content if isinstance(content, ScenesScripted) else before
        if happened is not None:
            by, what = happened
            at = datetime.fromisoformat(row["published_at"])
            happening = Happening(
                at=at, revision=row["revision"], by=by, what=what, changes=changes, sequence=row["sequence"]
            )
            history.append(happening)
    return History(history=history)


def _happened(
    content: Content | None, before: ScenesScripted | None, changes: Changes | None
) -> tuple[str, str] | None:
    """Returns who did what; None if a message says nothing of that.

    Args:
        content: the message.
        before: the latest storyboard before it.
        changes: what distinguishes them, if the message is a storyboard.
    """
    match content:
        case ScriptRequested(revision=0):
            return content.requested_by, "ordered"
        case ScriptRequested():
            return content.requested_by, "ordered again"
        case ScenesScripted(revision=revision) if revision > 0:
            if before is not None and before.brief.awaits_approval and not content.brief.awaits_approval:
                return content.requested_by, "approved"
            return content.requested_by, "retried" if changes == NO_CHANGES else "edited"
        case ProjectCancelled():
            return content.requested_by, f"cancelled: {content.reason}" if content.reason else "cancelled"
        case ProjectFailed():
            return "", f"failed: {content.message}"
        case VideoAssembled():
            return "", "finished"
        case _:
            return None
