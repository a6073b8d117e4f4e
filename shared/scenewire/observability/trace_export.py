"""Sends spans to a collector: OTLP over HTTP, from a thread of its own, through a bounded queue.

Needs the extra `traces`. The SDK reads its own variables: endpoint, headers, certificates, sampler, sizes of the queue.
"""

from collections.abc import Callable, Sequence
from typing import Any

import requests
import structlog
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, OTELResourceDetector, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from typing_extensions import override

__all__ = ["open_provider"]

log = structlog.get_logger(__name__)


def open_provider(service: str, new_trace_id: Callable[[], int]) -> TracerProvider:
    """Returns a provider whose spans are sent to the collector that the environment names.

    Args:
        service: name of the service, unless `OTEL_SERVICE_NAME` gives one.
        new_trace_id: returns the id for a span without a parent.
    """
    own = Resource({SERVICE_NAME: f"scenewire-{service}"})
    provider = TracerProvider(
        resource=own.merge(OTELResourceDetector().detect()), id_generator=_Ids(new_trace_id), shutdown_on_exit=False
    )
    provider.add_span_processor(BatchSpanProcessor(_ReportingExporter(OTLPSpanExporter(session=_Session()), service)))
    return provider


class _Session(requests.Session):
    """Reads no bodies, which may have no end, and refuses redirects, which the exporter takes for success."""

    @override
    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        with super().send(request, **{**kwargs, "stream": True}) as response:
            if 300 <= response.status_code < 400:
                raise requests.TooManyRedirects(response=response)
            return response


class _Ids(RandomIdGenerator):
    """Random ids of spans, and given ones of traces."""

    def __init__(self, new_trace_id: Callable[[], int]) -> None:
        self._new_trace_id = new_trace_id

    @override
    def generate_trace_id(self) -> int:
        return self._new_trace_id()


class _ReportingExporter(SpanExporter):
    """Logs the beginning and the end of an outage of the collector, which drops spans and stops no work."""

    def __init__(self, exporter: SpanExporter, service: str) -> None:
        self._exporter = exporter
        self._service = service
        self._lost = 0

    @override
    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        try:
            result = self._exporter.export(spans)
        except Exception:  # noqa: BLE001 - such as an address that is none
            result = SpanExportResult.FAILURE
        if result is not SpanExportResult.SUCCESS:
            if not self._lost:
                hint = (
                    "check OTEL_EXPORTER_OTLP_ENDPOINT, and that it takes OTLP over HTTP; work goes on without traces"
                )
                log.warning("traces_not_sent", service=self._service, hint=hint)
            self._lost += len(spans)
        elif self._lost:
            log.info("traces_sent_again", service=self._service, lost=self._lost)
            self._lost = 0
        return result

    @override
    def shutdown(self) -> None:
        self._exporter.shutdown()
