"""Messages received from JetStream."""

from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from nats.aio.msg import Msg
from opentelemetry.trace import SpanContext

from scenewire.accounting import Account
from scenewire.messages import StoredMessage

__all__ = ["Delivery", "current", "current_delivery", "stored_message"]

_V1_TOKENS: Final = 9


def stored_message(message: Msg) -> StoredMessage:
    """Returns a delivered message as its stream stores it."""
    metadata = message.metadata
    return StoredMessage(
        stream=metadata.stream,
        sequence=metadata.sequence.stream,
        subject=message.subject,
        published_at_ns=_published_at_ns(message),
        headers=message.headers or {},
        body=message.data,
    )


def _published_at_ns(message: Msg) -> int:
    """Reads the time from the acknowledgement subject: the client's own metadata rounds it."""
    tokens = message.reply.split(".")
    return int(tokens[7] if len(tokens) == _V1_TOKENS else tokens[9])


@dataclass
class Delivery:
    """A message in flight."""

    raw: Msg
    handler_entered: bool = False
    """Whether its handler has started: until then a failed validation is the message's fault, afterwards it is a bug."""
    interrupted: int = 0
    """How many of its deliveries ended through no fault of its own."""
    account: Account | None = None
    """What its handler uses; None before it starts, and for messages that are no work for a project."""
    trace_context: SpanContext | None = None
    """The span of its handler."""

    @property
    def tries(self) -> int:
        """The number of this try: deliveries, without those that were interrupted."""
        return self.raw.metadata.num_delivered - self.interrupted

    @cached_property
    def message(self) -> StoredMessage:
        """The message itself."""
        return stored_message(self.raw)


current: ContextVar[Delivery] = ContextVar("delivery")


def current_delivery() -> Delivery:
    """Returns the delivery that the running handler was called for.

    Raises:
        LookupError: no handler is running.
    """
    return current.get()
