"""What the log keeps of a message, and what this version makes of it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final, Self

from pydantic import ValidationError
from pydantic_core import PydanticSerializationError, to_json

from scenewire.messages import Message, ScriptRequested, StoredMessage, message_model
from scenewire.messages.headers import MESSAGE_ID

__all__ = ["Content", "LogEntry", "Position", "parse", "read"]

Content = Message | ScriptRequested
Position = tuple[int, str, int]
"""Revision, time, sequence: where a message belongs in the story of its project."""

_PROBLEM_CHARACTERS: Final = 900
_ESCAPED_NUL: Final = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")


@dataclass(kw_only=True, slots=True)
class LogEntry:
    """A row of the log, with its content where that is valid.

    Attributes:
        spare_id: what the entry goes by when another message already has its id.
        body: None when the body is no text; it is in `raw_body` then.
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
        """Whether the projections know what to make of it."""
        return self.content is not None

    @property
    def position(self) -> Position:
        """Where it belongs in the story of its project."""
        return (self.revision, self.published_at, self.sequence)

    def renamed(self) -> Self:
        """The same entry when its id is taken by another message."""
        return replace(self, message_id=self.spare_id, problem=f"another message has its id {self.message_id!r}")

    def rejected(self, problem: str) -> Self:
        """The same entry, kept but out of all projections."""
        return replace(self, content=None, revision=0, problem=_plain(problem)[:_PROBLEM_CHARACTERS])


def read(message: StoredMessage) -> LogEntry:
    """What to keep of a message. Never fails: what cannot be understood is kept as it is, and says why."""
    body, problem = _as_text(message.body)
    content = None
    if body is not None:
        content, problem = parse(message.subject, body)
    headers = message.headers
    spare_id = f"{message.stream}:{message.sequence}:{message.published_at_ns}"
    return LogEntry(
        message_id=_plain(headers.get(MESSAGE_ID, "")) or spare_id,
        spare_id=spare_id,
        stream=message.stream,
        sequence=message.sequence,
        subject=_plain(message.subject),
        project_id=_project_id(message, content),
        revision=content.revision if content else 0,
        published_at=_as_time(message.published_at_ns),
        headers=_as_json(headers),
        body=body,
        raw_body=message.body if body is None else None,
        problem=problem,
        content=content,
    )


def parse(subject: str, body: str) -> tuple[Content | None, str | None]:
    """The message that a body holds, or what is wrong with it."""
    known = message_model(subject)
    if known is None:
        return None, "this version knows no message on its subject"
    if "\\u0000" in body:  # no column takes a NUL
        body = _ESCAPED_NUL.sub(r"\1", body)
    try:
        return known.model_validate_json(body), None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        return None, _plain(f"{where}: {first['msg']}" if where else first["msg"])[:_PROBLEM_CHARACTERS]


def _as_text(body: bytes) -> tuple[str | None, str | None]:
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        return None, f"its body is no UTF-8 text: {error.reason} at byte {error.start}"
    if "\0" in text:
        return None, f"its body holds a NUL at character {text.index(chr(0))}"
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
    except (PydanticSerializationError, UnicodeEncodeError):  # bytes that are no text
        return json.dumps(dict(headers))


def _project_id(message: StoredMessage, content: Content | None) -> str | None:
    if content is None or content.project_id is None:
        project_id = message.derived_project_id if content is not None else message.project_id
    else:
        project_id = content.project_id
    return None if project_id is None else str(project_id)


def _plain(text: str) -> str:
    """Text that every database takes."""
    if text.isascii() and "\0" not in text:
        return text
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")
