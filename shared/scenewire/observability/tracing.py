"""Spans of OpenTelemetry: one trace per project, whose id is the project's.

Services send spans to a collector once `OTEL_EXPORTER_OTLP_ENDPOINT` names one. Without it, nothing is recorded or sent,
and logs carry the ids all the same. Attributes hold ids, sizes, codes and names of programs, never texts or addresses:
an exception is recorded by its code alone, because its message may quote either.
"""

import asyncio
import atexit
import logging
import secrets
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final
from uuid import UUID

import structlog
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import (
    INVALID_SPAN,
    Link,
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    Tracer,
)

from scenewire.errors import PipelineError
from scenewire.settings import TraceSettings

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

__all__ = ["Attribute", "Tracing", "current_context", "span"]

Attribute = str | int | float | bool

_LAST_SPANS_TIMEOUT_S: Final = 2.0
"""For the last spans of all services of a process to reach the collector."""

_INSTALL: Final = "install scenewire[traces], or unset OTEL_EXPORTER_OTLP_ENDPOINT"

_CORRECT: Final = "correct the variables OTEL_…; work goes on without traces"

_SPAN_ID_BITS: Final = 64
_TRACE_ID_BITS: Final = 128

_tracer: ContextVar[Tracer | None] = ContextVar("tracer", default=None)
"""Records the spans of the message in hand; None records none."""

_project: ContextVar[UUID | None] = ContextVar("project", default=None)
"""Whose trace a span without a parent begins."""

_sending: Final[list[threading.Thread]] = []

log = structlog.get_logger(__name__)


def current_context() -> SpanContext | None:
    """Returns the place of the running code in its trace; None outside of any."""
    context = trace.get_current_span().get_span_context()
    return context if context.is_valid else None


@contextmanager
def span(name: str, **attributes: Attribute) -> Iterator[Span]:
    """Records a part of the work on a message, inside its handler; elsewhere, and without a collector, it does nothing.

    Args:
        name: what happens, with few different values.
        attributes: never texts, addresses or secrets.
    """
    tracer = _tracer.get()
    if tracer is None:
        yield INVALID_SPAN
        return
    named = {f"scenewire.{key}": value for key, value in attributes.items()}
    with _ended(tracer.start_span(name, attributes=named)) as current:
        yield current


class Tracing:
    """The spans of one service, or of a command.

    Args:
        service: name of the service in traces, unless `OTEL_SERVICE_NAME` gives one.
        settings: where spans are sent.
    """

    def __init__(self, service: str, settings: TraceSettings) -> None:
        self._service = service
        self._settings = settings
        self._provider: TracerProvider | None = None
        self._tracer: Tracer | None = None

    @property
    def is_recording(self) -> bool:
        """Whether spans are recorded."""
        return self._tracer is not None

    def start(self) -> None:
        """Starts to record, if a collector is configured. Without the packages, or with wrong variables, only logs that."""
        if not self._settings.is_tracing or self._provider is not None:
            return
        logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)  # `trace_export` logs an outage once
        try:
            from scenewire.observability.trace_export import open_provider  # noqa: PLC0415 - packages of an extra

            self._provider = open_provider(self._service, _new_trace_id)
        except ModuleNotFoundError as error:
            log.warning("traces_off", service=self._service, missing=error.name, hint=_INSTALL)
            return
        except Exception as error:  # noqa: BLE001 - each variable of the SDK has its own, some raised by the import
            log.warning("traces_off", service=self._service, error=str(error), hint=_CORRECT)
            return
        self._tracer = self._provider.get_tracer("scenewire")

    def stop(self) -> None:
        """Records no more, and begins to send the last spans: the process waits for them before it ends, for two seconds."""
        provider, self._provider, self._tracer = self._provider, None, None
        if provider is not None:
            last = threading.Thread(target=provider.shutdown, name=f"last spans of {self._service}", daemon=True)
            last.start()
            _sending[:] = [*(earlier for earlier in _sending if earlier.is_alive()), last]

    @contextmanager
    def within(
        self,
        name: str,
        *,
        kind: SpanKind,
        project_id: UUID | None,
        parent: SpanContext | None,
        attributes: Mapping[str, Attribute],
        links: Sequence[SpanContext] = (),
    ) -> Iterator[Span]:
        """Runs a block in a span of a project's trace; `span` records its parts.

        Without a collector, the span only has ids, for the logs.

        Args:
            name: what happens, with few different values.
            kind: which side of a message it is.
            project_id: whose trace it belongs to; None begins another one.
            parent: counts if it lies in that trace; otherwise it is linked.
            attributes: never texts, addresses or secrets.
            links: causes in other traces.
        """
        started = self._started(
            name, kind=kind, project_id=project_id, parent=parent, attributes=attributes, links=links
        )
        token = _tracer.set(self._tracer)
        try:
            with _ended(started) as current:
                yield current
        finally:
            _tracer.reset(token)

    def record(
        self, name: str, *, project_id: UUID | None, parent: SpanContext | None, start_ns: int, end_ns: int
    ) -> None:
        """Records a span that has ended.

        Args:
            name: what happened.
            project_id: as in `within`.
            parent: as in `within`.
            start_ns: nanoseconds since the epoch.
            end_ns: the same, by another clock; counts as the start, too, if it is before it.
        """
        start_ns = min(start_ns, end_ns)
        self._started(name, kind=SpanKind.INTERNAL, project_id=project_id, parent=parent, start_ns=start_ns).end(end_ns)

    def _started(
        self,
        name: str,
        *,
        kind: SpanKind,
        project_id: UUID | None,
        parent: SpanContext | None,
        attributes: Mapping[str, Attribute] | None = None,
        links: Sequence[SpanContext] = (),
        start_ns: int | None = None,
    ) -> Span:
        if parent is not None and project_id is not None and parent.trace_id != project_id.int:
            links, parent = (*links, parent), None
        token = _project.set(project_id)
        try:
            if self._tracer is None:
                trace_id = _new_trace_id() if parent is None else parent.trace_id
                return NonRecordingSpan(SpanContext(trace_id, secrets.randbits(_SPAN_ID_BITS), is_remote=False))
            return self._tracer.start_span(
                name,
                Context() if parent is None else trace.set_span_in_context(NonRecordingSpan(parent), Context()),
                kind,
                dict(attributes or {}),
                [Link(link) for link in links],
                start_ns,
            )
        finally:
            _project.reset(token)


@contextmanager
def _ended(started: Span) -> Iterator[Span]:
    """Makes a span current for a block, and ends it with the block."""
    with trace.use_span(started, end_on_exit=True, record_exception=False, set_status_on_exception=False):
        try:
            yield started
        except BaseException as error:
            _mark_failed(started, error)
            raise


def _mark_failed(failed: Span, error: BaseException) -> None:
    """Marks a span as failed with an error's code, or its class if it has none. A cancellation is not a failure."""
    failed.set_attribute("error.type", error.code if isinstance(error, PipelineError) else type(error).__name__)
    if not isinstance(error, asyncio.CancelledError):
        failed.set_status(Status(StatusCode.ERROR))


def _new_trace_id() -> int:
    """Returns the id for a trace that begins here: that of the project in hand, or a random one."""
    project_id = _project.get()
    return (project_id.int if project_id is not None else 0) or secrets.randbits(_TRACE_ID_BITS)


def _await_last_spans() -> None:
    deadline = time.monotonic() + _LAST_SPANS_TIMEOUT_S
    for last in _sending:
        last.join(max(0.0, deadline - time.monotonic()))


atexit.register(_await_last_spans)
