"""What a stored message says about its project, whether the message is valid or not."""

import json
from collections.abc import Mapping
from typing import Any, Final, TypeVar
from uuid import UUID

from pydantic import (
    TypeAdapter,
    ValidationError,
)

from scenewire.messages.base import Revision, SceneNumber
from scenewire.messages.ids import derive_project_id
from scenewire.messages.orders import ScriptRequested

__all__ = ["named_project", "named_revision", "named_scene", "project_of", "read_fields"]

T = TypeVar("T")


_PROJECT: Final = TypeAdapter(UUID)


_REVISION: Final[TypeAdapter[int]] = TypeAdapter(Revision)


_SCENE: Final[TypeAdapter[int]] = TypeAdapter(SceneNumber)


def read_fields(data: bytes) -> dict[str, Any]:
    """The unchecked fields of a body; empty when it is not a JSON object."""
    try:
        fields = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return fields if isinstance(fields, dict) else {}


def named_project(fields: Mapping[str, Any]) -> UUID | None:
    """The project id in the fields of a body, or None where there is no valid one."""
    return _valid(_PROJECT, fields.get("project_id"))


def named_revision(fields: Mapping[str, Any]) -> int:
    """The revision in the fields of a body, 0 where there is no valid one."""
    return _valid(_REVISION, fields.get("revision")) or 0


def named_scene(fields: Mapping[str, Any]) -> int | None:
    """The scene number in the fields of a body, or None where there is no valid one."""
    scene = fields.get("scene")
    return _valid(_SCENE, scene.get("scene_number")) if isinstance(scene, dict) else None


def project_of(
    subject: str,
    fields: Mapping[str, Any],
    headers: Mapping[str, str] | None,
    *,
    stream_sequence: int,
    published_at_ns: int,
) -> UUID | None:
    """The project of a stored message, the same for everybody who reads it.

    The body's id counts first. An order without a valid one has the derived id, whatever its headers say. The header
    `correlation_id` counts only where the body names no project at all: clients of others send random ones.

    Args:
        subject: where the message was published.
        fields: `read_fields` of its body.
        headers: its headers.
        stream_sequence: its sequence in the stream.
        published_at_ns: the server's timestamp, nanoseconds since the epoch.
    """
    if (project_id := named_project(fields)) is not None:
        return project_id
    if subject == ScriptRequested.SUBJECT:
        return derive_project_id(stream_sequence, published_at_ns)
    if fields.get("project_id") is not None:
        return None
    return _valid(_PROJECT, (headers or {}).get("correlation_id"))


def _valid(adapter: TypeAdapter[T], value: object) -> T | None:
    try:
        return adapter.validate_python(value)
    except ValidationError:
        return None
