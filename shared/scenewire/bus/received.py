"""A message received from JetStream, and which project it belongs to."""

from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from nats.aio.msg import Msg

from scenewire.messages import (
    derive_project_id,
    named_revision,
    named_scene,
    project_of,
    read_fields,
)

__all__ = ["Delivery", "current", "current_delivery", "published_at_ns"]

_V1_TOKENS: Final = 9


def published_at_ns(message: Msg) -> int:
    """When the server stored a message, nanoseconds since the epoch, exactly as its acknowledgement subject has it."""
    tokens = message.reply.split(".")
    return int(tokens[7] if len(tokens) == _V1_TOKENS else tokens[9])


@dataclass
class Delivery:
    """One message in hand."""

    raw: Msg
    handler_entered: bool = False
    """Until then a failed validation is the message's fault, from then on it is ours."""

    @cached_property
    def project_id(self) -> UUID | None:
        """The project that it belongs to, by the rule of `project_of`."""
        return project_of(
            self.raw.subject,
            self.fields,
            self.raw.headers,
            stream_sequence=self.raw.metadata.sequence.stream,
            published_at_ns=published_at_ns(self.raw),
        )

    @property
    def scene_number(self) -> int | None:
        """The scene that it names, if any."""
        return named_scene(self.fields)

    @property
    def revision(self) -> int:
        """The run of its project that it belongs to."""
        return named_revision(self.fields)

    @cached_property
    def fields(self) -> dict[str, Any]:
        """Its unchecked fields; empty when it is not a JSON object."""
        return read_fields(self.raw.data)

    @property
    def derived_project_id(self) -> UUID:
        """The id that an order without one goes by."""
        return derive_project_id(self.raw.metadata.sequence.stream, published_at_ns(self.raw))


current: ContextVar[Delivery] = ContextVar("delivery")


def current_delivery() -> Delivery:
    """The message that the running handler was called for.

    Raises:
        LookupError: no handler is running.
    """
    return current.get()
