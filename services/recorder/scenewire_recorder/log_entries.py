"""Rows of the message log."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Self

from pydantic_core import PydanticSerializationError, to_json

from scenewire.messages import StoredMessage
from scenewire.messages.headers import MESSAGE_ID
from scenewire.record.content import MAX_PROBLEM_CHARACTERS, Content, parse, plain

__all__ = ["LogEntry", "Position", "read"]

Position = tuple[int, str, int]
"""Revision, time, sequence: the order of a project's messages."""


@dataclass(kw_only=True, slots=True)
class LogEntry:
    """A row of the log, with the parsed message if it is valid.

    Attributes:
        spare_id: the entry's id if another message already has its own.
        body: None if the body is not text; it is in `raw_body` then.
    """

    message_id: str
    spare_id: str
    stream: str
    sequence: int
    subject: str
    project_id: str | None
    revision: int
    published_at: str
    headers: str
    body: str | None
    raw_body: bytes | None
    problem: str | None
    content: Content | None

    @property
    def valid(self) -> bool:
        """Whether the message is valid and used by the projections."""
        return self.content is not None

    @property
    def position(self) -> Position:
        """Its position among the messages of its project."""
        return (self.revision, self.published_at, self.sequence)

    def renamed(self) -> Self:
        """Returns the entry with its spare id, because another message has its id."""
        return replace(self, message_id=self.spare_id, problem=f"another message has its id {self.message_id!r}")

    def rejected(self, problem: str) -> Self:
        """Returns the entry marked as invalid, so that projections leave it out."""
        return replace(self, content=None, revision=0, problem=plain(problem)[:MAX_PROBLEM_CHARACTERS])


def read(message: StoredMessage) -> LogEntry:
    """Returns the log entry of a message. Never fails: an invalid message is kept unchanged, with the problem."""
    body, problem = _as_text(message.body)
    content = None
    if body is not None:
        content, problem = parse(message.subject, body)
    headers = message.headers
    spare_id = f"{message.stream}:{message.sequence}:{message.published_at_ns}"
    return LogEntry(
        message_id=plain(headers.get(MESSAGE_ID, "")) or spare_id,
        spare_id=spare_id,
        stream=message.stream,
        sequence=message.sequence,
        subject=plain(message.subject),
        project_id=_project_id(message, content),
        revision=content.revision if content else 0,
        published_at=_as_time(message.published_at_ns),
        headers=_as_json(headers),
        body=body,
        raw_body=message.body if body is None else None,
        problem=problem,
        content=content,
    )


def _as_text(body: bytes) -> tuple[str | None, str | None]:
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        return None, f"its body is not UTF-8 text: {error.reason} at byte {error.start}"
    if "\0" in text:
        return None, f"its body contains a NUL at character {text.index(chr(0))}"
    return text, None


def _as_time(nanoseconds: int) -> str:
    seconds, rest = divmod(nanoseconds, 1_000_000_000)
    return f"{_as_seconds(seconds)}.{rest // 1_000_000:03d}Z"


@lru_cache(maxsize=1024)
def _as_seconds(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}"


def _as_json(headers: Mapping[str, str]) -> str:
    try:
        return to_json(headers).decode()
    except (PydanticSerializationError, UnicodeEncodeError):  # headers that are not UTF-8
        return json.dumps(dict(headers))


def _project_id(message: StoredMessage, content: Content | None) -> str | None:
    if content is None or content.project_id is None:
        project_id = message.derived_project_id if content is not None else message.project_id
    else:
        project_id = content.project_id
    return None if project_id is None else str(project_id)
