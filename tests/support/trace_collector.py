"""A collector of traces: OTLP over HTTP, as the exporters of OpenTelemetry send it."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from typing_extensions import override


@dataclass(frozen=True)
class Seen:
    """A span that arrived."""

    service: str
    name: str
    trace_id: str
    span_id: str
    parent_id: str
    start_ns: int
    end_ns: int
    attributes: dict[str, Any]
    links: Sequence[str]
    """Ids of their spans."""
    failed: bool


@dataclass
class Collector:
    """What has arrived, in order."""

    url: str
    spans: list[Seen] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    location: str = ""
    """Where it redirects to; nowhere if empty."""
    page_bytes: int = 0
    """What it would answer with."""
    sent_bytes: int = 0

    def of(self, project: str) -> list[Seen]:
        return [span for span in self.spans if span.trace_id == UUID(project).hex]

    async def until(self, name: str) -> Seen:
        async with asyncio.timeout(30):
            while True:
                for span in self.spans:
                    if span.name == name:
                        return span
                await asyncio.sleep(0.02)


@contextmanager
def trace_collector() -> Iterator[Collector]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            collector.bodies.append(body)
            collector.spans += _spans(ExportTraceServiceRequest.FromString(body))
            self.send_response(302 if collector.location else 200)
            if collector.location:
                self.send_header("Location", collector.location)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", str(collector.page_bytes))
            self.end_headers()
            with suppress(ConnectionError):
                while collector.sent_bytes < collector.page_bytes:
                    collector.sent_bytes += self.wfile.write(bytes(1 << 16))

        @override
        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    collector = Collector(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield collector
    finally:
        server.shutdown()
        server.server_close()


def _spans(request: ExportTraceServiceRequest) -> Iterator[Seen]:
    for resource in request.resource_spans:
        service = _values(resource.resource.attributes)["service.name"]
        for scope in resource.scope_spans:
            for span in scope.spans:
                yield Seen(
                    service=service,
                    name=span.name,
                    trace_id=span.trace_id.hex(),
                    span_id=span.span_id.hex(),
                    parent_id=span.parent_span_id.hex(),
                    start_ns=span.start_time_unix_nano,
                    end_ns=span.end_time_unix_nano,
                    attributes=_values(span.attributes),
                    links=[link.span_id.hex() for link in span.links],
                    failed=span.status.code == span.status.STATUS_CODE_ERROR,
                )


def _values(attributes: Any) -> dict[str, Any]:
    return {item.key: getattr(item.value, item.value.WhichOneof("value")) for item in attributes}
