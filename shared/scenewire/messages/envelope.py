"""A message as its stream stores it: the project, revision and scene it belongs to, whether its body is valid or not."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, TypeVar
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from scenewire.messages.base import Revision, SceneNumber
from scenewire.messages.headers import CORRELATION_ID, MESSAGE_ID
from scenewire.messages.ids import derive_project_id, read_revision
from scenewire.messages.orders import SCHEMA_VERSION, ScriptRequested

__all__ = ["StoredMessage"]

T = TypeVar("T")

_PROJECT: Final = TypeAdapter(UUID)
_REVISION: Final[TypeAdapter[int]] = TypeAdapter(Revision)
_SCENE: Final[TypeAdapter[int]] = TypeAdapter(SceneNumber)


@dataclass(frozen=True, kw_only=True)
class StoredMessage:
    """A message in a stream.

    Attributes:
        sequence: its sequence number in the stream.
        published_at_ns: the server's timestamp, nanoseconds since the epoch.
    """

    stream: str
    sequence: int
    subject: str
    published_at_ns: int
    headers: Mapping[str, str]
    body: bytes

    @cached_property
    def fields(self) -> dict[str, Any]:
        """The body's fields, not validated; empty when the body is not a JSON object."""
        try:
            fields = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return fields if isinstance(fields, dict) else {}

    @cached_property
    def project_id(self) -> UUID | None:
        """The project that the message belongs to; every reader gets the same answer.

        The body's id counts first. An order without a valid id has the derived one, whatever its headers say. The header
        `correlation_id` counts only where the body has no project id at all, because other clients send random ones.
        """
        named = self.fields.get("project_id")
        if (project_id := _valid(_PROJECT, named)) is not None:
            return project_id
        if self.subject == ScriptRequested.SUBJECT:
            return self.derived_project_id
        return None if named is not None else _valid(_PROJECT, self.headers.get(CORRELATION_ID))

    @property
    def derived_project_id(self) -> UUID:
        """The project id of an order that does not name one."""
        return derive_project_id(self.sequence, self.published_at_ns)

    @property
    def revision(self) -> int:
        """The revision in the body, or in the message id where the body was not read; 0 where there is no valid one."""
        if not self.body:
            return read_revision(self.headers.get(MESSAGE_ID, ""))
        return _valid(_REVISION, self.fields.get("revision")) or 0

    @property
    def is_of_newer_schema(self) -> bool:
        """Whether its body has a schema version that this program does not know yet."""
        version = self.fields.get("schema_version")
        return isinstance(version, int) and version > SCHEMA_VERSION

    @property
    def scene_number(self) -> int | None:
        """The scene number in the body; None where there is no valid one."""
        scene = self.fields.get("scene")
        return _valid(_SCENE, scene.get("scene_number")) if isinstance(scene, dict) else None


def _valid(adapter: TypeAdapter[T], value: object) -> T | None:
    try:
        return adapter.validate_python(value)
    except ValidationError:
        return None
