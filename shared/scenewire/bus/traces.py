"""Traces across the bus: a message's `traceparent` names the span that published it.

A service that handles a message continues from there, in the trace of its project. Orders of other clients may have no
such header, or one of a trace of their own: the project's trace then begins with the first span here, linked to theirs.

FastStream's own middleware is not used: it passes on the parent of a handler instead of the handler, so that no span has
children in the next service, and begins random traces.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final
from uuid import UUID

from opentelemetry.trace import SpanContext, SpanKind, get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from scenewire.messages import Message, ScriptRequested, SegmentRendered, StoredMessage
from scenewire.messages.headers import TRACE
from scenewire.observability.tracing import Attribute, Tracing, current_context
from scenewire.topology import Durable

__all__ = ["MessageTraces", "context_of"]

_PROPAGATOR: Final = TraceContextTextMapPropagator()
_MAX_LINKS: Final = 128
"""The SDK's limit, of which it would keep the last."""


def context_of(headers: Mapping[str, str]) -> SpanContext | None:
    """Returns the place in a trace that headers name; None if they name none.

    Some clients write the header's name in capitals. A `tracestate` is left out: it would follow the project through all
    its messages.
    """
    named = next((value for name, value in headers.items() if name.lower() == TRACE), "")
    context = get_current_span(_PROPAGATOR.extract({TRACE: named})).get_span_context()
    return context if context.is_valid and context.is_remote else None


class MessageTraces:
    """Spans of handled and published messages.

    Args:
        tracing: records them.
    """

    def __init__(self, tracing: Tracing) -> None:
        self._tracing = tracing

    @contextmanager
    def handling(self, durable: Durable, message: StoredMessage, *, deliveries: int) -> Iterator[SpanContext | None]:
        """Runs the handler of a message in a span; the first delivery also records how long the message has waited.

        Args:
            durable: the consumer.
            message: what is handled.
            deliveries: how often it was delivered, this time included.
        """
        subject = _kind(message.subject)
        project_id, parent = message.project_id, context_of(message.headers)
        if deliveries == 1:
            self._tracing.record(
                f"wait {subject}",
                project_id=project_id,
                parent=parent,
                start_ns=message.published_at_ns,
                end_ns=time.time_ns(),
            )
        attributes: dict[str, Attribute] = {
            "messaging.system": "nats",
            "messaging.operation.type": "process",
            "messaging.destination.name": subject,
            "messaging.consumer.group.name": durable.name,
            "messaging.message.body.size": len(message.body),
            "scenewire.sequence": message.sequence,
            "scenewire.deliveries": deliveries,
            "scenewire.revision": message.revision,
        }
        if project_id is not None:
            attributes["scenewire.project_id"] = str(project_id)
        if message.scene_number is not None:
            attributes["scenewire.scene_number"] = message.scene_number
        with self._tracing.within(
            f"process {subject}", kind=SpanKind.CONSUMER, project_id=project_id, parent=parent, attributes=attributes
        ):
            yield current_context()

    @contextmanager
    def publishing(
        self, message: ScriptRequested | Message, headers: dict[str, str], *, cause: SpanContext | None = None
    ) -> Iterator[dict[str, str]]:
        """Publishes a message in a span; yields its headers, with `traceparent` if traces are recorded.

        Args:
            message: what is published.
            headers: those that it has anyway.
            cause: the span that it follows from; None is the current one.
        """
        if not self._tracing.is_recording:
            yield headers
            return
        project_id: UUID | None = message.project_id
        attributes: dict[str, Attribute] = {
            "messaging.system": "nats",
            "messaging.operation.type": "send",
            "messaging.destination.name": message.SUBJECT,
        }
        with self._tracing.within(
            f"send {message.SUBJECT}",
            kind=SpanKind.PRODUCER,
            project_id=project_id,
            parent=cause or current_context(),
            attributes=attributes,
        ):
            carrier = dict(headers)
            _PROPAGATOR.inject(carrier)
            yield carrier

    @contextmanager
    def batch(self, durable: Durable, batch: Sequence[StoredMessage]) -> Iterator[None]:
        """Handles a batch in a span of its own, linked to the spans that published its messages."""
        if not self._tracing.is_recording:
            yield
            return
        contexts = (context_of(message.headers) for message in batch)
        links = [context for context in contexts if context is not None]
        attributes: dict[str, Attribute] = {
            "messaging.system": "nats",
            "messaging.operation.type": "process",
            "messaging.consumer.group.name": durable.name,
            "messaging.batch.message_count": len(batch),
        }
        with self._tracing.within(
            f"process batch of {durable.name}",
            kind=SpanKind.CONSUMER,
            project_id=None,
            parent=None,
            attributes=attributes,
            links=links[:_MAX_LINKS],
        ):
            yield


def _kind(subject: str) -> str:
    """Returns a subject without the ids in it."""
    return SegmentRendered.SUBJECT if subject.startswith(f"{SegmentRendered.SUBJECT}.") else subject
